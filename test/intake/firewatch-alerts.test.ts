import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fingerprintOf } from '../../src/domain/alert/alert.ts'
import { parseAlerts } from '../../src/intake/firewatch-alerts.ts'
import { BodyRefused } from '../../src/intake/reading.ts'

const now = new Date('2026-03-03T12:00:00.000Z')
const source = 'integration/billing'
const parse = (body: unknown) => {
  let ids = 0
  return parseAlerts(body, { source, now, newId: () => `new-${ids++}` })
}
const parseOne = (alert: object) => parse({ alerts: [alert] }).alerts[0]

/** Those of its alerts, or of a body that is none. */
function problems(body: unknown): readonly string[] {
  try {
    return parse(body).problems
  } catch (error) {
    if (error instanceof BodyRefused) return error.problems
    throw error
  }
}

const labels = { alertname: 'DiskFull' }

describe('an alert in our own format', () => {
  it('needs no more than a name', () => {
    expect(parseOne({ labels })).toEqual({
      source,
      eventId: 'integration/billing/firewatch/new-0',
      fingerprint: fingerprintOf(labels),
      status: 'firing',
      labels,
      annotations: {},
      startsAt: now.toISOString(),
    })
  })

  it('keeps what it says', () => {
    const annotations = { summary: 'Disk\nis full 🔥' }
    expect(
      parseOne({
        labels,
        annotations,
        status: 'resolved',
        startsAt: '2026-03-03T12:00:00+02:00',
        endsAt: '2026-03-03T10:30:00Z',
        fingerprint: 'f',
        eventId: 'e',
      }),
    ).toEqual({
      source,
      eventId: 'integration/billing/firewatch/e',
      fingerprint: 'f',
      status: 'resolved',
      labels,
      annotations,
      startsAt: '2026-03-03T10:00:00.000Z',
      endsAt: '2026-03-03T10:30:00.000Z',
    })
  })

  it.each([
    [{ endsAt: '2026-03-03T11:59:00Z' }, { status: 'resolved', startsAt: '2026-03-03T11:59:00.000Z' }],
    [{ endsAt: '2026-03-03T12:01:00Z' }, { status: 'firing' }],
    [{ status: 'resolved' }, { status: 'resolved', startsAt: now.toISOString(), endsAt: now.toISOString() }],
    [{ status: 'firing', endsAt: '2026-03-03T11:59:00Z' }, { status: 'firing' }],
  ])('%j comes to %j', (written, expected) => {
    expect(parseOne({ labels, ...written })).toMatchObject(expected)
  })

  it('may come with none', () => {
    expect(parse({ alerts: [] })).toEqual({ alerts: [], changes: [], problems: [] })
  })
})

describe('what is refused', () => {
  it.each<[string, unknown, string[]]>([
    ['nothing', undefined, ['is required']],
    ['a list', [], ['must be an object']],
    ['no alerts', {}, ['alerts: must be a list of alerts']],
    ['another member', { alerts: [], alert: 1 }, ['unknown "alert"']],
    ['an alert that is none', { alerts: [7] }, ['alerts[0]: must be an object']],
    ['no labels', { alerts: [{}] }, ['alerts[0].labels: must be a map of names and texts']],
    ['no name', { alerts: [{ labels }, { labels: {} }] }, ['alerts[1].labels.alertname: is required']],
    [
      'an empty name',
      { alerts: [{ labels: { alertname: ' ' } }] },
      ['alerts[0].labels.alertname: is required'],
    ],
    [
      'a wrong status',
      { alerts: [{ labels, status: 'ok' }] },
      ['alerts[0].status: must be "firing" or "resolved"'],
    ],
    [
      'a local time',
      { alerts: [{ labels, startsAt: '2026-03-03 12:00' }] },
      ['alerts[0].startsAt: must be an instant in ISO 8601 with a zone, such as 2026-03-01T12:00:00Z'],
    ],
    [
      'a time of long ago',
      { alerts: [{ labels, startsAt: '1970-01-01T00:00:00Z' }] },
      ['alerts[0].startsAt: must not be before the year 2000'],
    ],
    [
      'a time far ahead',
      { alerts: [{ labels, startsAt: '2026-03-05T12:00:00Z' }] },
      ['alerts[0].startsAt: lies more than a day ahead'],
    ],
    [
      'an end before the start',
      { alerts: [{ labels, startsAt: '2026-03-03T12:00:00Z', endsAt: '2026-03-03T11:00:00Z' }] },
      ['alerts[0].endsAt: must not be before startsAt'],
    ],
    ['an empty id', { alerts: [{ labels, eventId: '' }] }, ['alerts[0].eventId: must not be empty']],
  ])('has %s', (_name, body, expected) => {
    expect(problems(body)).toEqual(expected)
  })

  it('has too many alerts', () => {
    expect(problems({ alerts: Array(1_001).fill({ labels }) })).toEqual([
      'alerts: must have at most 1000 entries: send more in several requests',
    ])
  })

  it('N52 is the alert at fault, and none beside it', () => {
    const { alerts, problems: told } = parse({ alerts: [{ labels }, { labels: {} }, 7, { labels }] })
    expect(alerts).toHaveLength(2)
    expect(told).toEqual(['alerts[1].labels.alertname: is required', 'alerts[2]: must be an object'])
  })

  it('is never taken for something else: anything is either refused or whole', () => {
    fc.assert(
      fc.property(fc.anything(), (body) => {
        try {
          const { alerts, problems: told } = parse(body)
          const written = (body as { alerts: unknown[] }).alerts
          expect(alerts.length < written.length).toBe(told.length > 0)
        } catch (error) {
          expect(error).toBeInstanceOf(BodyRefused)
        }
      }),
    )
  })

  it('cannot touch prototypes', () => {
    const body = JSON.parse(
      '{"alerts":[{"labels":{"alertname":"a","__proto__":"x","constructor":"y"}}]}',
    ) as unknown
    const [alert] = parse(body).alerts
    expect(Object.getPrototypeOf(alert?.labels)).toBe(Object.prototype)
    expect(alert?.labels['constructor']).toBe('y')
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
      { 'service.name': 'a', 'k8s/pod': 'b', größe: 'c', '1st': 'd' },
      { 'service.name': 'a', 'k8s/pod': 'b', größe: 'c', '1st': 'd' },
    ],
    ['that are no text', { code: 503, canary: true, owner: null }, { code: '503', canary: 'true' }],
    ['that say nothing', { a: '', '': 'b' }, {}],
    ['with control characters', { a: '\u001b[2J' }, { a: '\u001b[2J' }],
  ])('%s are taken', (_, written, expected) => {
    const taken = parseOne({ labels: { ...written, ...labels }, annotations: written })
    expect(taken).toMatchObject({ labels: { ...expected, ...labels }, annotations: expected })
    expect(Object.keys(taken?.annotations ?? {})).toEqual(Object.keys(expected))
  })

  it.each(['fingerprint', 'eventId'] as const)('with a %s that is too long for a key', (key) => {
    const ids = ['a', 'b'].map((end) => parseOne({ labels, [key]: long + end })?.[key])
    expect(ids[0]?.length).toBeLessThanOrEqual(300)
    expect(ids[0]).not.toBe(ids[1])
  })
})

describe('N01 text that no store can hold', () => {
  it.each(['x\u0000', 'x\ud800', '\udc00x', 'x\ud83d\u0000'])(
    'becomes U+FFFD before anything is made of it: %j',
    (text) => {
      const mended = text.toWellFormed().replaceAll('\u0000', '\ufffd')
      const labels = { alertname: mended }
      expect(
        parseOne({ labels: { alertname: text }, annotations: { summary: text }, eventId: text }),
      ).toMatchObject({
        labels,
        annotations: { summary: mended },
        eventId: `integration/billing/firewatch/${mended}`,
        fingerprint: fingerprintOf(labels),
      })
    },
  )
})

describe('what is accepted', () => {
  it('is the same alert whenever its labels are, and another event each time', () => {
    const word = fc.stringMatching(/^[a-z]{1,5}$/)
    fc.assert(
      fc.property(
        fc.dictionary(
          word,
          fc.string({ unit: 'grapheme' }).filter((value) => !/\p{Cc}/u.test(value)),
        ),
        (others) => {
          const first = { ...others, alertname: 'a' }
          const shuffled = Object.fromEntries(Object.entries(first).toReversed())
          const [one, two] = parse({ alerts: [{ labels: first }, { labels: shuffled }] }).alerts
          expect(one?.fingerprint).toBe(two?.fingerprint)
          expect(one?.eventId).not.toBe(two?.eventId)
        },
      ),
    )
  })
})
