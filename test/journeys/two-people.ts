/** A shop that is watched from outside: alerts come in by HTTP, two people are on call, each with a webhook. */
export function twoPeople(ackTimeout = '4s'): string {
  return `
services:
  shop: { owner: ana }
users:
  ana: { title: Primary, role: responder, contacts: [{ channel: webhook, url: '\${env:JOURNEY_ANA_URL}' }] }
  ben: { title: Secondary, role: responder, contacts: [{ channel: webhook, url: '\${env:JOURNEY_BEN_URL}' }] }
policies:
  wake:
    steps:
      - { notify: [ana], ackTimeout: ${ackTimeout} }
      - { notify: [ben], ackTimeout: 60s }
    fallback: [ana]
routes:
  - policies: { default: wake }
    stableFor: 1s
`
}

/** Alerts of the shop as its own monitoring would send them. */
export function shopAlerts(names: readonly string[], status: 'firing' | 'resolved' = 'firing'): object {
  return {
    alerts: names.map((name) => ({
      status,
      labels: { alertname: name, service: 'shop', severity: 'critical' },
      annotations: { summary: `${name} is wrong` },
    })),
  }
}
