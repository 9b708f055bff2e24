import { describe, expect, it } from 'vitest'
import { readEvent } from '../../src/app/read-event.ts'
import { explain, readEventFile } from '../../src/cli/explain-command.ts'
import { testFolder } from '../support/on-call-files.ts'

const now = Date.parse('2026-12-05T02:00:00Z')
const folder = testFolder()

const yaml = `
timeZone: Europe/Berlin
services:
  shop: { maintenance: [{ from: '2026-12-24T00:00', to: '2026-12-24T02:00', reason: move }] }
users:
  ana:
    contacts: [{ channel: webhook, url: '\${env:ANA}' }, { channel: pagerduty, routingKey: '\${env:ANA_KEY}' }]
    notify: [{ contact: 1 }, { contact: 2, after: 5m, severities: [P0, P1] }]
  ben: { contacts: [{ channel: webhook, url: '\${env:BEN}' }] }
policies:
  payments: { steps: [{ notify: [ana], ackTimeout: 10m }, { notify: [ben] }] }
  queue: { steps: [{ notify: [ben] }] }
channels:
  ops: { contact: { channel: webhook, url: https://ops.example.com } }
windows:
  nights: [{ times: ['00:00-06:00'] }]
  office: [{ weekdays: ['monday:friday'], times: ['09:00-17:00'] }]
inhibit:
  - { source: ['severity="critical"'], target: ['severity=~"warning|page"'], equal: [cluster] }
  - { source: ['alertname="Down"'], target: ['team="web"'] }
routes:
  - matchers: ['namespace=~"pay.*"', 'team!=""']
    continue: true
    receiver: payments
    groupBy: [namespace]
    groupWait: 30s
    tell: [ops]
    repeatInterval: 4h
    mute: [nights]
    policies: { default: payments }
    routes: [{ match: { team: ledger }, receiver: ledger }]
  - match: { team: web }
    active: [office]
    policies: { default: queue }
  - service: shop
    policies: { default: queue }
`

async function explained(labels: object, more: object = {}) {
  const config = await folder.write('firewatch.yaml', yaml)
  const event = await folder.write('event.json', JSON.stringify({ labels: { alertname: 'Slow', ...labels } }))
  const reading = readEvent(await readEventFile(event), undefined, new Date(now))
  return explain(reading, { data: '/nowhere', config, event, ...more }, {}, now)
}

const blocks = (text: string) => text.split('\n\n')

describe('firewatch explain', () => {
  it('says which routes were asked, and why each has the alert or not', async () => {
    const { text } = await explained({ namespace: 'web', team: 'web', severity: 'warning' })
    expect(blocks(text).slice(0, 2)).toEqual([
      'Slow\n  alertname="Slow", namespace="web", team="web", severity="warning"\n  severity "warning" is P2',
      [
        'route  matchers                                 outcome',
        '1      namespace=~"pay.*", team!="" (continue)  skipped: namespace is "web", not =~ "pay.*"',
        '2      team="web"                               taken',
        '3      everything                               not asked: route 2 takes it and does not say continue',
      ].join('\n'),
    ])
  })

  it('says whom it would page, over what, and what could hold that back', async () => {
    const { text } = await explained({ namespace: 'pay-eu', team: 'core', severity: 'page', cluster: 'eu' })
    expect(blocks(text).slice(2)).toEqual([
      [
        'Route 1 -> payments',
        '  service       unknown',
        '  group         namespace="pay-eu"',
        '  grouping key  {namespace=~"pay.*",team!=""}:namespace=pay-eu',
        '  group wait    30 s before the first page',
        '  followed by   #ops, at most every 5 min, again after 4 h',
        '  muted in      nights: now, until 2026-12-05 06:00 CET',
        '  inhibited by  inhibit[0], while an alert with severity="critical" fires with the same cluster ("eu")',
        '  silences      not known without a running Firewatch',
        '  policy        payments, for P1',
        '  step 1        at once: ana by webhook, ana by pagerduty after 5 min',
        '  step 2        after 10 min: ben by webhook',
        '  held back     muted by nights until 2026-12-05 06:00 CET',
      ].join('\n'),
      expect.stringContaining('Route 3 -> queue\n  service       shop\n'),
    ])
  })

  it('goes by the time that is asked about', async () => {
    const { text } = await explained({ severity: 'page' }, { at: '2026-12-24T01:00' })
    expect(text).toContain('held back     shop is in maintenance until 2026-12-24 02:00 CET: move')
    expect(text).toContain('step 1        after 1 h: ben by webhook')
    const weekend = await explained({ team: 'web' }, { at: '2026-12-05T12:00' })
    expect(weekend.text).toContain('active in     office: not now')
    expect(weekend.text).toContain('held back     outside office')
    expect(weekend.text).toContain('inhibit[1], while an alert with alertname="Down" fires\n')
  })

  it.each([
    [{}, 'severity: none said, so P2'],
    [{ severity: 'sev9' }, 'severity "sev9" is not known, so P2: add it to "severities"'],
    [{ severity: 'none' }, 'severity "none" pages nobody: it is kept, and opens no incident'],
    [{ severity: 'none' }, 'policy        none: it pages nobody'],
    [{ namespace: 'pay', team: 'ledger' }, '\n1.1    team="ledger" '],
    [{ namespace: 'pay', team: 'ledger' }, 'matches; taken below'],
    [{ namespace: 'pay' }, 'skipped: no label team, which must be != ""'],
  ])('tells of %j: %s', async (labels, words) => {
    expect((await explained(labels)).text).toContain(words)
  })

  it('gives the same as data', async () => {
    const { value } = await explained({ namespace: 'web', team: 'web' })
    expect(JSON.parse(JSON.stringify(value))).toMatchObject({
      at: '2026-12-05T03:00+01:00',
      alerts: [
        {
          labels: { team: 'web' },
          severity: { severity: 'P2', isKnown: false },
          routes: [
            { place: '1', kind: 'skipped', matcher: 'namespace=~"pay.*"', actual: 'web', continue: true },
            { place: '2', kind: 'taken', matchers: ['team="web"'] },
            { place: '3', kind: 'not-asked', by: '2' },
          ],
          taken: [
            {
              place: '2',
              receiver: 'queue',
              active: [{ window: 'office', isInside: false, until: null }],
              windowHold: { kind: 'inactive' },
              paging: {
                policy: 'queue',
                steps: [{ step: 1, pages: [{ person: 'ben', channel: 'webhook' }] }],
              },
            },
          ],
          inhibitedBy: [{ rule: 1, source: ['alertname="Down"'], equal: {} }],
          silences: null,
        },
      ],
    })
  })

  it('refuses what is no JSON, what has no alert, and what is no configuration', async () => {
    await expect(readEventFile(await folder.write('bad.json', '{'))).rejects.toThrow(/bad\.json is not JSON/)
    await expect(readEventFile('/nowhere/x.json')).rejects.toThrow(/x\.json cannot be read: /)
    const none = { format: 'pagerduty', alerts: [], problems: ['alerts[0]: no'] } as const
    const options = { data: '/nowhere', event: '-' }
    await expect(explain(none, options, {}, now)).rejects.toThrow(
      /no alert that could go anywhere\n {2}alerts\[0\]: no/,
    )
    await expect(explained({}, { config: '/nowhere/f.yaml' })).rejects.toThrow(/f\.yaml.*cannot be read/)
  })
})
