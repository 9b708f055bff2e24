import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fingerprintOf } from '../../src/domain/alert/alert.ts'
import { firingAgain, parseNotification } from '../../src/intake/alertmanager.ts'
import { AlertsRefused } from '../../src/intake/firewatch-alerts.ts'
import { mixedNotification, notificationOf } from './alertmanager-payloads.ts'

const now = new Date('2026-03-02T10:00:00.000Z')
const parse = (body: unknown, at = now) => parseNotification(body, at)

function first(body: unknown, at = now) {
  const [alert] = parse(body, at).alerts
  if (alert === undefined) throw new Error('no alert was taken')
  return alert
}

function problemsOf(body: unknown): readonly string[] {
  try {
    parse(body)
  } catch (error) {
    if (error instanceof AlertsRefused) return error.problems
    throw error
  }
  return []
}

describe('a notification of Alertmanager', () => {
  it('becomes one event per alert, each by its own status, whatever the group says', () => {
    expect(parse({ ...mixedNotification, status: 'resolved' })).toEqual({
      receiver: 'firewatch',
      problems: [],
      withheld: 0,
      alerts: [
        {
          source: 'alertmanager/firewatch',
          eventId: 'alertmanager/7c5e1d5d9d3b9d2a/2026-03-02T09:14:30.123Z/firing',
          fingerprint: '7c5e1d5d9d3b9d2a',
          status: 'firing',
          labels: {
            alertname: 'HighCPUUsage',
            instance: 'db-1:9100',
            service: 'warehouse',
            severity: 'warning',
          },
          annotations: {
            summary: 'High CPU usage detected',
            description: 'CPU usage is 93.4% on db-1:9100',
            generatorURL: 'http://prometheus:9090/graph?g0.expr=cpu+%3E+80&g0.tab=1',
          },
          startsAt: '2026-03-02T09:14:30.123Z',
        },
        {
          source: 'alertmanager/firewatch',
          eventId: 'alertmanager/0d1f2a3b4c5d6e7f/2026-03-02T08:10:00.000Z/resolved/2026-03-02T08:20:00.500Z',
          fingerprint: '0d1f2a3b4c5d6e7f',
          status: 'resolved',
          labels: {
            alertname: 'HighCPUUsage',
            instance: 'web-1:9100',
            service: 'warehouse',
            severity: 'warning',
          },
          annotations: {
            summary: 'High CPU usage detected',
            description: 'CPU usage is 71% on web-1:9100',
            generatorURL: 'http://prometheus:9090/graph?g0.expr=cpu+%3E+80&g0.tab=1',
          },
          startsAt: '2026-03-02T08:10:00.000Z',
          endsAt: '2026-03-02T08:20:00.500Z',
        },
      ],
    })
  })

  it('may say more than is known of it, such as what Grafana adds', () => {
    const extras = {
      values: { B: 93.4 },
      silenceURL: 'https://grafana.example/silence',
      imageURL: '',
      dashboardURL: null,
      panelURL: 7,
    }
    const written = notificationOf([extras], {
      notification_reason: 'first',
      routeLabels: {},
      orgId: 1,
      title: '[FIRING:1]',
      state: 'alerting',
    })
    expect(first(written)).toEqual(parse(mixedNotification).alerts[0])
  })

  it.each([
    {
      name: 'a missing service, which its route gives',
      written: { labels: { alertname: 'Up' } },
      expected: { labels: { alertname: 'Up' } },
    },
    {
      name: 'labels in any language',
      written: { labels: { alertname: 'Диск', 'http.route': '/é 🔥' } },
      expected: { labels: { alertname: 'Диск', 'http.route': '/é 🔥' } },
    },
    {
      name: 'no annotations and no link',
      written: { annotations: null, generatorURL: '' },
      expected: { annotations: {} },
    },
    {
      name: 'an annotation that is called like the link',
      written: { annotations: { generatorURL: 'mine' } },
      expected: { annotations: { generatorURL: 'mine' } },
    },
    {
      name: 'N35 a link that is too long to be followed, which is kept as text',
      written: { annotations: {}, generatorURL: `http://x/${'y'.repeat(5_000)}` },
      expected: { annotations: { generatorURL: `http://x/${'y'.repeat(5_000)}` } },
    },
    {
      name: 'N35 the links that Grafana adds',
      written: {
        annotations: { dashboardURL: 'mine' },
        dashboardURL: 'https://grafana.example/d/1',
        panelURL: 'https://grafana.example/d/1?viewPanel=2',
      },
      expected: {
        annotations: { dashboardURL: 'mine', panelURL: 'https://grafana.example/d/1?viewPanel=2' },
      },
    },
    {
      name: 'no fingerprint, as from old versions',
      written: { fingerprint: '', labels: { a: 'b' } },
      expected: { fingerprint: fingerprintOf({ a: 'b' }) },
    },
    {
      name: 'an end that is still to come',
      written: { endsAt: '2099-01-01T00:00:00Z' },
      expected: { status: 'firing', startsAt: '2026-03-02T09:14:30.123Z' },
    },
  ])('may have $name', ({ written, expected }) => {
    const alert = first(notificationOf([written]))
    expect(alert).toMatchObject(expected)
    expect(alert).not.toHaveProperty('endsAt')
  })

  it('cuts prose that is too long instead of refusing the alert', () => {
    const { description } = first(
      notificationOf([{ annotations: { description: 'x'.repeat(100_000) } }]),
    ).annotations
    expect(description?.length).toBeLessThanOrEqual(16_384)
    expect(description).toMatch(/^x+…$/)
  })

  it('may be empty', () => {
    expect(parse(notificationOf([])).alerts).toEqual([])
  })

  it('tells how many alerts Alertmanager left out', () => {
    expect(parse(notificationOf([{}], { truncatedAlerts: 12 })).withheld).toBe(12)
    expect(parse(notificationOf([{}], { truncatedAlerts: 'many' })).withheld).toBe(0)
  })
})

describe('the event of an alert', () => {
  const open = notificationOf([{}])
  const over = (endsAt?: string) => notificationOf([{ status: 'resolved', endsAt }])

  it('is the same when it is repeated, by whichever receiver, zone or later time', () => {
    const later = new Date(now.getTime() + 3_600_000)
    const elsewhere = notificationOf(
      [{ startsAt: '2026-03-02T10:14:30.1234+01:00', annotations: { summary: 'now 99 %' } }],
      { receiver: 'other' },
    )
    expect(first(elsewhere, later).eventId).toBe(first(open).eventId)
  })

  it.each([
    ['a later start', notificationOf([{ startsAt: '2026-03-02T09:44:30Z' }]), open],
    ['another alert', notificationOf([{ fingerprint: 'ffffffffffffffff' }]), open],
    ['its end', over('2026-03-02T09:20:00Z'), open],
    ['another end', over('2026-03-02T09:20:00Z'), over('2026-03-02T09:50:00Z')],
  ])('is a new one with %s', (_what, one, other) => {
    expect(first(one).eventId).not.toBe(first(other).eventId)
  })

  it.each([undefined, null, '0001-01-01T00:00:00Z', '0001-01-01T00:00:00+00:00'])(
    'that is over ended now when it says %s, and its repeat is no other event',
    (endsAt) => {
      const written = notificationOf([{ status: 'resolved', endsAt }])
      const later = new Date(now.getTime() + 60_000)
      expect(first(written)).toMatchObject({ status: 'resolved', endsAt: now.toISOString() })
      expect(first(written, later).eventId).toBe(first(written).eventId)
    },
  )

  it('that fires again begins right after its end, always under the same id', () => {
    const alert = first(open)
    const again = firingAgain(alert, '2026-03-02T09:30:00.000Z')
    expect(again).toEqual({
      ...alert,
      startsAt: '2026-03-02T09:30:00.001Z',
      eventId: 'alertmanager/7c5e1d5d9d3b9d2a/2026-03-02T09:30:00.001Z/firing',
    })
  })
})

describe('what is refused', () => {
  it.each([
    { name: 'nothing', body: undefined, problems: ['is required'] },
    { name: 'text', body: 'firing', problems: ['must be an object'] },
    {
      name: 'another version',
      body: { ...mixedNotification, version: '1' },
      problems: [`version: must be "4": this is the address for Alertmanager's webhook`],
    },
    {
      name: 'no alerts',
      body: { ...mixedNotification, alerts: {} },
      problems: ['alerts: must be a list of alerts'],
    },
    {
      name: 'no receiver',
      body: { ...mixedNotification, receiver: undefined },
      problems: ['receiver: must be text'],
    },
  ])('as a whole is $name', ({ body, problems }) => {
    expect(problemsOf(body)).toEqual(problems)
  })

  it.each([
    { written: null, problems: ['alerts[1]: must be an object'] },
    { written: { status: 'pending' }, problems: ['alerts[1].status: must be "firing" or "resolved"'] },
    { written: { labels: undefined }, problems: ['alerts[1].labels: must be a map of names and texts'] },
    { written: { labels: { a: 1 } }, problems: ['alerts[1].labels.a: must be text'] },
    { written: { labels: { '': 'x' } }, problems: ['alerts[1].labels: the name "" must not be empty'] },
    {
      written: { labels: { a: 'x'.repeat(5_000) } },
      problems: ['alerts[1].labels.a: must be at most 4096 characters'],
    },
    {
      written: { labels: Object.fromEntries(Array.from({ length: 300 }, (_, index) => [`l${index}`, 'x'])) },
      problems: ['alerts[1].labels: must have at most 256 entries, not 300'],
    },
    {
      written: { startsAt: 'noon' },
      problems: ['alerts[1].startsAt: must be an instant in RFC 3339, such as 2026-03-01T12:00:00Z'],
    },
    {
      written: { startsAt: '0001-01-01T00:00:00Z' },
      problems: ['alerts[1].startsAt: must not be before the year 2000'],
    },
    {
      written: { status: 'resolved', endsAt: 7 },
      problems: ['alerts[1].endsAt: must be an instant in RFC 3339, such as 2026-03-01T12:00:00Z'],
    },
  ])('of a group is only the alert: $problems.0', ({ written, problems }) => {
    const [sound] = mixedNotification.alerts
    const bad = written === null ? null : { ...sound, ...written }
    const parsed = parse({ ...mixedNotification, alerts: [sound, bad, mixedNotification.alerts[1]] })
    expect(parsed.problems).toEqual(problems)
    expect(parsed.alerts.map(({ status }) => status)).toEqual(['firing', 'resolved'])
  })
})

describe('N01 text that no store can hold', () => {
  it.each(['x\u0000', 'x\ud800', '\udc00x', 'x\ud83d\u0000'])(
    'becomes U+FFFD before anything is made of it: %j',
    (text) => {
      const mended = text.toWellFormed().replaceAll('\u0000', '\ufffd')
      const [sound] = mixedNotification.alerts
      const { fingerprint: _own, ...unnamed } = {
        ...sound,
        labels: { alertname: text, [text]: 'x' },
        annotations: { summary: text },
      }
      const { alerts, receiver, problems } = parse({
        ...mixedNotification,
        receiver: text,
        alerts: [unnamed],
      })
      const labels = { alertname: mended, [mended]: 'x' }
      expect([receiver, problems]).toEqual([mended, []])
      expect(alerts).toMatchObject([
        {
          labels,
          annotations: { summary: mended },
          source: `alertmanager/${mended}`,
          fingerprint: fingerprintOf(labels),
        },
      ])
    },
  )
})

describe('any body', () => {
  const anything = fc.json({ maxDepth: 4, stringUnit: 'binary' }).map((text): unknown => JSON.parse(text))
  const strange = fc.oneof(
    anything,
    fc.constantFrom(
      '',
      '__proto__',
      '\u0000',
      '\ud800',
      '0001-01-01T00:00:00Z',
      '9999-12-31T23:59:59.999999999Z',
    ),
  )
  const alert = fc.record(
    {
      status: fc.oneof(fc.constantFrom('firing', 'resolved'), strange),
      labels: fc.oneof(fc.dictionary(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' })), strange),
      annotations: fc.oneof(
        fc.dictionary(fc.constantFrom('summary', 'constructor', '__proto__'), fc.string()),
        strange,
      ),
      startsAt: fc.oneof(
        fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
        strange,
      ),
      endsAt: fc.oneof(
        fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
        strange,
      ),
      fingerprint: strange,
      generatorURL: strange,
    },
    { requiredKeys: [] },
  )
  const notification = fc.record(
    {
      version: fc.oneof(fc.constant('4'), strange),
      receiver: fc.oneof(fc.string(), strange),
      alerts: fc.array(fc.oneof(alert, strange)),
    },
    { requiredKeys: [] },
  )

  it('is taken or refused with a reason, and what is taken can be stored', () => {
    fc.assert(
      fc.property(fc.oneof(notification, anything), (body) => {
        try {
          const { alerts, problems } = parse(body)
          const written = (body as { alerts: unknown[] }).alerts
          expect(alerts.length < written.length).toBe(problems.length > 0)
          for (const one of alerts) {
            const stored = JSON.stringify(one)
            expect(stored).not.toMatch(/\\u0000|\\ud[89a-f]/)
            expect(new Date(one.startsAt).toISOString()).toBe(one.startsAt)
            expect(one.endsAt === undefined).toBe(one.status === 'firing')
          }
        } catch (error) {
          expect(error).toBeInstanceOf(AlertsRefused)
          expect((error as AlertsRefused).problems.length).toBeGreaterThan(0)
        }
      }),
      { numRuns: 1_000 },
    )
  })
})
