import { describe, expect, it } from 'vitest'
import type { AcceptedAlert } from '../../src/domain/alert/alert.ts'
import { integrationSource } from '../../src/domain/alert/alert.ts'
import { groupRows } from '../../src/domain/alert/grouping.ts'
import { parseNotification } from '../../src/intake/alertmanager.ts'
import { readPostedAlerts } from '../../src/intake/alertmanager-api.ts'

/* W08: one alert by Alertmanager's webhook, by Grafana's, and by Alertmanager's API. */

const now = new Date('2026-03-02T03:04:05Z')
const labels = { alertname: 'DiskFull', instance: 'db-1:9100', service: 'shop', severity: 'critical' }
const common = {
  labels,
  annotations: { summary: 'Disk is full' },
  startsAt: '2026-03-02T03:00:00Z',
  generatorURL: 'https://prometheus.example.com/graph?g0.expr=disk',
}
/** As Grafana adds them. Source: https://grafana.com/docs/grafana/latest/alerting/configure-notifications/manage-contact-points/integrations/webhook-notifier/ */
const ofGrafana = {
  silenceURL: 'https://grafana.example.com/alerting/silence/new?matcher=alertname%3DDiskFull',
  dashboardURL: 'https://grafana.example.com/d/disks',
  panelURL: 'https://grafana.example.com/d/disks?viewPanel=2',
  imageURL: 'https://grafana.example.com/charts/1.png',
  values: { B: 97.5 },
  valueString: "[ var='B' labels={} value=97.5 ]",
  orgId: 1,
}

function one(alerts: readonly AcceptedAlert[]): AcceptedAlert {
  const [alert] = alerts
  if (alert === undefined || alerts.length > 1) throw new Error(`${alerts.length} alerts were read`)
  return alert
}

function from(sender: string) {
  return { source: integrationSource(sender), now, newId: () => 'id' }
}

const notification = (alert: object) => ({
  version: '4',
  receiver: 'x',
  alerts: [{ status: 'firing', ...alert }],
})
const three = {
  webhook: one(parseNotification(notification(common), from('alertmanager')).alerts),
  grafana: one(
    parseNotification(notification({ ...common, ...ofGrafana, status: 'firing' }), from('grafana')).alerts,
  ),
  api: one(readPostedAlerts([common], from('prometheus')).alerts),
}

describe('W08: the same alert by three receivers', () => {
  it('W08: has one fingerprint, whoever brings it', () => {
    const fingerprints = Object.values(three).map(({ fingerprint }) => fingerprint)
    expect(new Set(fingerprints).size).toBe(1)
    expect(Object.values(three).map((alert) => alert.labels)).toEqual([labels, labels, labels])
  })

  it('W08: is one incident where its route groups by what they share, and each sender ends its own', () => {
    const route = {
      match: {},
      groupBy: ['service', 'alertname'],
      policies: { default: 'wake' },
      stableForMs: 0,
      remediateFirstMs: {},
    }
    const rows = Object.values(three).map((alert, index) => ({
      ...alert,
      id: index + 1,
      acceptedAt: now.toISOString(),
      homes: [],
      resolvedBefore: null,
    }))
    expect(groupRows(rows, { routes: [route] }).groups).toMatchObject([
      { groupingKey: 'service=shop,alertname=DiskFull', rows: [{ id: 1 }, { id: 2 }, { id: 3 }] },
    ])
    expect(new Set(Object.values(three).map(({ source }) => source)).size).toBe(3)
  })

  it('W08: keeps where it comes from and what Grafana says beside it', () => {
    const { generatorURL } = common
    for (const alert of Object.values(three)) expect(alert.annotations).toMatchObject({ generatorURL })
    expect(three.grafana.annotations).toMatchObject({
      ...ofGrafana,
      values: '{"B":97.5}',
      orgId: '1',
    })
  })
})
