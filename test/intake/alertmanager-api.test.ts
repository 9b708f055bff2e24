import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { AcceptedAlert } from '../../src/domain/alert/alert.ts'
import { BodyRefused } from '../../src/intake/reading.ts'
import { readPostedAlerts } from '../../src/intake/alertmanager-api.ts'

const now = new Date('2026-03-02T03:00:00.000Z')
const zero = '0001-01-01T00:00:00.000Z'
const context = { source: 'integration/prometheus', now, newId: () => 'never' }
const read = (body: unknown, resolveTimeoutMs?: number) => readPostedAlerts(body, context, resolveTimeoutMs)

function readOne(posted: object, at: Date = now): AcceptedAlert {
  const { alerts, problems } = readPostedAlerts([{ labels: { alertname: 'A' }, ...posted }], {
    ...context,
    now: at,
  })
  expect(problems).toEqual([])
  const [alert] = alerts
  if (alert === undefined) throw new Error('no alert')
  return alert
}

describe('alerts as Prometheus sends them to Alertmanager', () => {
  it('has the labels, annotations, address and fingerprint of Prometheus', () => {
    const alert = readOne({
      labels: { alertname: 'A', service: 'feed', empty: '' },
      annotations: { summary: 'Feed is down', empty: '' },
      startsAt: '2026-03-02T02:59:00.123456789+00:00',
      endsAt: '2026-03-02T03:04:00Z',
      generatorURL: 'http://prometheus/graph?g0.expr=up',
    })
    expect(alert).toEqual({
      source: 'integration/prometheus',
      eventId: expect.any(String),
      fingerprint: '098258703e67166c',
      status: 'firing',
      labels: { alertname: 'A', service: 'feed' },
      annotations: { generatorURL: 'http://prometheus/graph?g0.expr=up', summary: 'Feed is down' },
      startsAt: '2026-03-02T02:59:00.123Z',
      expiresAt: '2026-03-02T03:04:00.000Z',
    })
  })

  const started = '2026-03-02T02:50:00.000Z'
  const past = '2026-03-02T02:55:00.000Z'
  const future = '2026-03-02T03:10:00.000Z'
  const afterTimeout = '2026-03-02T03:05:00.000Z'
  const nowText = now.toISOString()

  it.each([
    ['neither', {}, { startsAt: nowText, expiresAt: afterTimeout }],
    ['zero times (N51)', { startsAt: zero, endsAt: zero }, { startsAt: nowText, expiresAt: afterTimeout }],
    ['null and empty', { startsAt: null, endsAt: '' }, { startsAt: nowText, expiresAt: afterTimeout }],
    ['a beginning', { startsAt: started }, { startsAt: started, expiresAt: afterTimeout }],
    ['an end to come', { endsAt: future }, { startsAt: nowText, expiresAt: future }],
    ['both', { startsAt: started, endsAt: future }, { startsAt: started, expiresAt: future }],
    ['a past end (N51)', { startsAt: zero, endsAt: past }, { startsAt: past, endsAt: past }],
    ['both, past', { startsAt: started, endsAt: past }, { startsAt: started, endsAt: past }],
    ['an end just now', { startsAt: started, endsAt: nowText }, { startsAt: started, endsAt: nowText }],
    ['no zone', { startsAt: '2026-03-02T02:50:00' }, { startsAt: started }],
    [
      'a clock ahead of ours',
      { startsAt: future },
      { startsAt: future, expiresAt: '2026-03-02T03:15:00.000Z' },
    ],
    [
      'an end that no calendar has',
      { endsAt: '9999-12-31T23:59:59-12:00' },
      { expiresAt: '9999-12-31T23:59:59.999Z' },
    ],
  ])('with %s in its times', (_, times, expected) => {
    const alert = readOne(times)
    expect(alert).toMatchObject({ status: 'endsAt' in expected ? 'resolved' : 'firing', ...expected })
    expect('expiresAt' in alert).toBe(alert.status === 'firing')
  })

  it('fires for the configured time when its end is not told', () => {
    expect(read([{ labels: { a: 'b' } }], 60_000).alerts).toMatchObject([
      { expiresAt: '2026-03-02T03:01:00.000Z' },
    ])
  })

  it('keeps what others would cut or refuse (N52)', () => {
    const long = 'x'.repeat(50_000)
    const labels = {
      'service.name': 'feed',
      'k8s/pod': 'p',
      größe: long,
      code: 503,
      canary: true,
      owner: null,
    }
    expect(readOne({ labels, annotations: { code: 1.5 } })).toMatchObject({
      labels: { 'service.name': 'feed', 'k8s/pod': 'p', größe: long, code: '503', canary: 'true' },
      annotations: { code: '1.5' },
    })
  })
})

describe('one event for each change of an alert', () => {
  const posted = { startsAt: '2026-03-02T02:50:00Z', annotations: { value: '7' } }
  const idOf = (more: object, at?: Date) => readOne({ ...posted, ...more }, at).eventId
  const later = new Date('2026-03-02T03:01:00Z')

  it('is the same when only its end or what is said of it changes, or when it is repeated', () => {
    expect(idOf({ endsAt: '2026-03-02T03:09:00Z' })).toBe(idOf({ endsAt: '2026-03-02T03:04:00Z' }))
    expect(idOf({ annotations: { value: '8' }, generatorURL: 'http://p' })).toBe(idOf({}))
    expect(idOf({}, later)).toBe(idOf({}))
    expect(idOf({ startsAt: zero }, later)).toBe(idOf({ startsAt: zero }))
    const resolved = { endsAt: '2026-03-02T02:59:00Z' }
    expect(idOf(resolved, later)).toBe(idOf(resolved))
  })

  it.each([
    ['its beginning', { startsAt: '2026-03-02T02:51:00Z' }],
    ['its labels', { labels: { alertname: 'B' } }],
    ['that its beginning is not told', { startsAt: zero }],
    ['that it is over', { endsAt: '2026-03-02T02:59:00Z' }],
  ])('is another with %s', (_, more) => {
    expect(idOf(more)).not.toBe(idOf({}))
  })

  it('is another of another source', () => {
    const [alert] = readPostedAlerts([{ labels: { alertname: 'A' }, ...posted }], {
      ...context,
      source: 'x',
    }).alerts
    expect(alert?.eventId).not.toBe(idOf({}))
  })

  it('is another when it ends a second time', () => {
    expect(idOf({ endsAt: '2026-03-02T02:59:00Z' })).not.toBe(idOf({ endsAt: '2026-03-02T02:58:00Z' }))
  })
})

describe('alerts that are at fault', () => {
  const sound = { labels: { alertname: 'sound' } }

  it.each([
    ['no labels', {}, 'at least one label pair required'],
    ['labels without values', { labels: { a: '', b: null } }, 'at least one label pair required'],
    ['a name that is none', { labels: { '': 'x', a: 'b' } }, 'invalid label set: invalid name ""'],
    [
      'labels that are a list',
      { labels: ['a'] },
      "labels: must be a map of names and texts: the alert's labels",
    ],
    [
      'annotations that are a text',
      { ...sound, annotations: 'x' },
      "annotations: must be a map of names and texts: the alert's annotations",
    ],
    [
      'a time that is none',
      { ...sound, startsAt: 'yesterday' },
      'startsAt: must be an instant in RFC 3339, such as 2026-03-01T12:00:00Z',
    ],
    [
      'a number as time',
      { ...sound, endsAt: 7 },
      'endsAt: must be an instant in RFC 3339, such as 2026-03-01T12:00:00Z',
    ],
    [
      'an end before its beginning',
      { ...sound, startsAt: '2026-03-02T02:59:00Z', endsAt: '2026-03-02T02:58:00Z' },
      'start time must be before end time',
    ],
    ['no object', 7, 'must be an object'],
    ['null', null, 'must be an object'],
  ])('are told with %s, and the sound ones beside them count (S33)', (_, posted, problem) => {
    const { alerts, problems } = read([sound, posted, sound])
    expect(problems).toEqual([`alert 1: ${problem}`])
    expect(alerts.map(({ labels }) => labels)).toEqual([sound.labels, sound.labels])
  })

  it('are none in an empty list (S33)', () => {
    expect(read([])).toEqual({ alerts: [], changes: [], problems: [] })
  })

  it.each([{ alerts: [] }, undefined, 'x', null])('are refused when they are no list: %j', (body) => {
    expect(() => read(body)).toThrow(BodyRefused)
  })

  it('never spoil the sound alert beside them, whatever they are', () => {
    fc.assert(
      fc.property(fc.array(fc.anything()), fc.nat(), (others, place) => {
        const body = others.toSpliced(place % (others.length + 1), 0, sound)
        const { alerts } = read(JSON.parse(JSON.stringify(body)))
        expect(alerts.map(({ labels }) => labels)).toContainEqual(sound.labels)
      }),
    )
  })

  it('have instants that can be stored, whatever they say', () => {
    const written = fc.oneof(
      fc
        .date({ noInvalidDate: false })
        .map((date) => (Number.isNaN(date.getTime()) ? 'x' : date.toISOString())),
      fc.constantFrom('0000-01-01T00:00:00Z', '0001-01-01T00:00:00+05:00', '9999-12-31T23:59:59.9-23:59', ''),
    )
    fc.assert(
      fc.property(written, written, (startsAt, endsAt) => {
        for (const alert of read([{ ...sound, startsAt, endsAt }]).alerts)
          for (const instant of [alert.startsAt, alert.endsAt ?? alert.expiresAt])
            expect(instant).toMatch(/^(?!0000)\d{4}-\d\d-\d\dT[\d:.]+Z$/)
      }),
    )
  })
})
