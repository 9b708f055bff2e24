import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fingerprintOf, leftOutAnnotation } from '../../src/domain/alert/alert.ts'
import { parseNotification } from '../../src/intake/alertmanager.ts'
import { BodyRefused } from '../../src/intake/reading.ts'
import { firingAgain } from '../../src/intake/repeats.ts'
import { mixedNotification, notificationOf } from './alertmanager-payloads.ts'

const now = new Date('2026-03-02T10:00:00.000Z')
const source = 'integration/prometheus'
const parse = (body: unknown, at = now) => parseNotification(body, { source, now: at, newId: () => 'new' })

function first(body: unknown, at = now) {
  const [alert] = parse(body, at).alerts
  if (alert === undefined) throw new Error('no alert was taken')
  return alert
}

function problemsOf(body: unknown): readonly string[] {
  try {
    parse(body)
  } catch (error) {
    if (error instanceof BodyRefused) return error.problems
    throw error
  }
  return []
}

describe('a notification of Alertmanager', () => {
  it('becomes one event per alert, each by its own status, whatever the group says', () => {
    expect(parse({ ...mixedNotification, status: 'resolved' })).toEqual({
      receiver: 'firewatch',
      problems: [],
      changes: [],
      withheld: 0,
      alerts: [
        {
          source,
          eventId: 'integration/prometheus/7c5e1d5d9d3b9d2a/2026-03-02T09:14:30.123Z/firing',
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
          source,
          eventId:
            'integration/prometheus/0d1f2a3b4c5d6e7f/2026-03-02T08:10:00.000Z/resolved/2026-03-02T08:20:00.500Z',
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

  it('may say more than is known of it, and what Grafana adds stands among its annotations', () => {
    const extras = {
      values: { B: 93.4 },
      valueString: '[ var=B value=93.4 ]',
      silenceURL: 'https://grafana.example/silence',
      imageURL: '',
      dashboardURL: null,
      orgId: 1,
      notKnown: 'passed over',
    }
    const written = notificationOf([extras], {
      notification_reason: 'first',
      routeLabels: {},
      orgId: 1,
      title: '[FIRING:1]',
      state: 'alerting',
    })
    const [plain] = parse(mixedNotification).alerts
    expect(first(written)).toEqual({
      ...plain,
      annotations: {
        ...plain?.annotations,
        values: '{"B":93.4}',
        valueString: '[ var=B value=93.4 ]',
        silenceURL: 'https://grafana.example/silence',
        orgId: '1',
      },
    })
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

  it('may be of version 1, as Grafana writes it', () => {
    expect(first({ ...mixedNotification, version: '1' })).toEqual(first(mixedNotification))
  })

  it('may be empty', () => {
    expect(parse(notificationOf([])).alerts).toEqual([])
  })

  it('N53 says with each alert how many the sender left out', () => {
    const { alerts, withheld } = parse(notificationOf([{}, { fingerprint: 'b' }], { truncatedAlerts: 37 }))
    expect(withheld).toBe(37)
    expect(alerts.map(({ annotations }) => annotations[leftOutAnnotation])).toEqual(['37', '37'])
    for (const truncatedAlerts of [0, 'many', -1, null]) {
      const parsed = parse(notificationOf([{}], { truncatedAlerts }))
      expect(parsed.withheld).toBe(0)
      expect(parsed.alerts[0]?.annotations).not.toHaveProperty(leftOutAnnotation)
    }
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
      eventId: 'integration/prometheus/7c5e1d5d9d3b9d2a/2026-03-02T09:30:00.001Z/firing',
    })
  })
})

describe('N51 an alert whose beginning is not told', () => {
  const zero = '0001-01-01T00:00:00Z'
  const starts = [undefined, null, zero, 'noon', 7, '1970-01-01T00:00:00Z']
  const endsAt = '2026-03-02T09:20:00.000Z'

  it.each(starts)('and that is over began no later than it ended: %s', (startsAt) => {
    const alert = first(notificationOf([{ status: 'resolved', startsAt, endsAt }]))
    expect(alert).toMatchObject({ status: 'resolved', startsAt: endsAt, endsAt })
    expect(alert.eventId).toBe(`${source}/7c5e1d5d9d3b9d2a//resolved/${endsAt}`)
  })

  it.each(starts)('and that fires begins as it arrives, once: %s', (startsAt) => {
    const written = notificationOf([{ startsAt }])
    const later = new Date(now.getTime() + 60_000)
    expect(first(written).startsAt).toBe(now.toISOString())
    expect(first(written, later).eventId).toBe(first(written).eventId)
  })

  it('nor its end is over as it arrives, and once more whenever that is said again', () => {
    const written = notificationOf([{ status: 'resolved', startsAt: zero, endsAt: zero }])
    const later = new Date(now.getTime() + 60_000)
    expect(first(written)).toMatchObject({ startsAt: now.toISOString(), endsAt: now.toISOString() })
    expect(first(written, later).eventId).not.toBe(first(written).eventId)
  })
})

describe('N52 labels and annotations', () => {
  const long = 'x'.repeat(100_000)
  const many = Object.fromEntries(Array.from({ length: 300 }, (_, index) => [`l${index}`, 'x']))
  it.each<[string, Record<string, unknown>, Record<string, string>]>([
    ['of any length', { a: long }, { a: long }],
    ['of any number', many, many],
    [
      'of any UTF-8 name',
      { 'service.name': 'a', 'k8s/pod': 'b', größe: 'c' },
      { 'service.name': 'a', 'k8s/pod': 'b', größe: 'c' },
    ],
    ['that are no text', { code: 503, canary: true, owner: null }, { code: '503', canary: 'true' }],
    ['that are lists or maps', { a: [1, 'b'], b: { c: 1 } }, { a: '[1,"b"]', b: '{"c":1}' }],
    ['that say nothing', { a: '', '': 'b' }, {}],
  ])('%s are taken', (_, written, expected) => {
    const { alerts, problems } = parse(notificationOf([{ labels: written, annotations: written }, {}]))
    expect(problems).toEqual([])
    expect(alerts).toMatchObject([{ labels: expected }, {}])
    expect(Object.keys(alerts[0]?.labels ?? {})).toEqual(Object.keys(expected))
    expect(alerts[0]?.annotations).toMatchObject(expected)
  })

  it('with names that are too long to be written down are told by their beginnings', () => {
    const [name = ''] = Object.keys(first(notificationOf([{ labels: { [long]: 'x' } }])).labels)
    expect(name).toMatch(/^x+…$/)
    expect(name.length).toBe(1_024)
  })

  it('that are no map are passed over among annotations', () => {
    expect(first(notificationOf([{ annotations: 7, generatorURL: null }])).annotations).toEqual({})
  })

  it('with a fingerprint that is too long for a key are told apart by it', () => {
    const ids = ['a', 'b'].map((end) => first(notificationOf([{ fingerprint: long + end }])).fingerprint)
    expect(ids[0]?.length).toBeLessThanOrEqual(250)
    expect(ids[0]).not.toBe(ids[1])
  })
})

describe('what is refused', () => {
  it.each([
    { name: 'nothing', body: undefined, problems: ['is required'] },
    { name: 'text', body: 'firing', problems: ['must be an object'] },
    {
      name: 'another version',
      body: { ...mixedNotification, version: '3' },
      problems: [`version: must be "4": this is the address for Alertmanager's webhook, and for Grafana's`],
    },
    {
      name: 'no alerts',
      body: { ...mixedNotification, alerts: {} },
      problems: ['alerts: must be a list of alerts'],
    },
  ])('as a whole is $name', ({ body, problems }) => {
    expect(problemsOf(body)).toEqual(problems)
  })

  it.each([
    { written: null, problems: ['alerts[1]: must be an object'] },
    { written: { status: 'pending' }, problems: ['alerts[1].status: must be "firing" or "resolved"'] },
    { written: { labels: undefined }, problems: ['alerts[1].labels: must be a map of names and texts'] },
    { written: { labels: ['a'] }, problems: ['alerts[1].labels: must be a map of names and texts'] },
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
          source,
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
          expect(error).toBeInstanceOf(BodyRefused)
          expect((error as BodyRefused).problems.length).toBeGreaterThan(0)
        }
      }),
      { numRuns: 1_000 },
    )
  })
})
