import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fingerprintOf, groupingKeyOf } from '../../../src/domain/alert/alert.ts'
import { canonicalJson } from '../../../src/domain/values/canonical-json.ts'
import { formatDuration, parseDuration } from '../../../src/domain/values/duration.ts'
import { evidenceId, parseIncidentName } from '../../../src/domain/investigate/evidence.ts'
import { fnv1a64 } from '../../../src/domain/values/hash.ts'
import { highestSeverity, severities, severityOfLabel } from '../../../src/domain/values/severity.ts'

const labels = fc.dictionary(fc.string({ maxLength: 8 }), fc.string({ maxLength: 8 }), { maxKeys: 5 })

describe('a fingerprint', () => {
  it('does not depend on the order of labels', () => {
    fc.assert(
      fc.property(labels, (set) => {
        expect(fingerprintOf(Object.fromEntries(Object.entries(set).toReversed()))).toBe(fingerprintOf(set))
      }),
    )
  })

  it('differs for different labels, also where a separator hides in a value', () => {
    fc.assert(
      fc.property(labels, labels, (a, b) => {
        fc.pre(canonicalJson(a) !== canonicalJson(b))
        expect(fingerprintOf(a)).not.toBe(fingerprintOf(b))
      }),
    )
    expect(fingerprintOf({ a: '1,1:b=1' })).not.toBe(fingerprintOf({ a: '1', b: '1' }))
  })

  it('hashes the empty text to the offset basis of FNV-1a', () => {
    expect(fnv1a64('')).toBe('cbf29ce484222325')
  })
})

describe('a grouping key', () => {
  it('is the same for two slices of one check, and readable', () => {
    const common = { service: 'feed', alertname: 'feed-activity' }
    expect(groupingKeyOf({ ...common, group: 'iOS' })).toBe('service=feed,alertname=feed-activity')
    expect(groupingKeyOf({ ...common, group: 'Android' })).toBe(groupingKeyOf({ ...common, group: 'iOS' }))
  })

  it('keeps hostile values apart and stays short enough for a workflow id', () => {
    fc.assert(
      fc.property(
        fc.string({ maxLength: 400, unit: 'binary' }),
        fc.string({ maxLength: 400, unit: 'binary' }),
        (service, alertname) => {
          const key = groupingKeyOf({ service, alertname })
          expect(key.length).toBeLessThanOrEqual(200)
          expect(key).toMatch(/^[\x20-\x7e]+$/)
        },
      ),
    )
    expect(groupingKeyOf({ service: 'a,alertname=b', alertname: '' })).not.toBe(
      groupingKeyOf({ service: 'a', alertname: 'b,alertname=' }),
    )
  })
})

describe('a duration', () => {
  it.each([
    ['15m', 900_000],
    ['1h30m', 5_400_000],
    ['500ms', 500],
    ['2d', 172_800_000],
    ['0', 0],
  ])('%s is %d ms', (text, ms) => expect(parseDuration(text)).toBe(ms))

  it.each(['', '15', 'm', '1m1h', '-5m', '1.5h', '5 m', '1e3s'])('%o is none', (text) =>
    expect(parseDuration(text)).toBeUndefined(),
  )

  it.each([
    [45_900, '45 s'],
    [200_000, '3 min 20 s'],
    [3_600_000, '1 h'],
    [90_000_000, '1 d 1 h'],
    [-61_000, '-1 min 1 s'],
  ])('of %d ms is said as %s', (ms, text) => expect(formatDuration(ms)).toBe(text))
})

describe('a severity', () => {
  it.each([
    ['critical', 'P1'],
    ['P0', 'P0'],
    ['p0', 'P0'],
    ['warning', 'P2'],
    ['info', 'P3'],
    ['catastrophe', 'P2'],
    [undefined, 'P2'],
  ])('label %s opens %s', (label, severity) => expect(severityOfLabel(label)).toBe(severity))

  it('of several is the gravest', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...severities)), (some) => {
        expect(highestSeverity(some)).toBe(some.toSorted()[0])
      }),
    )
  })
})

describe('an incident name', () => {
  it.each([
    ['INC-42', 42],
    ['inc-42', 42],
    ['42', 42],
    [' INC-1 ', 1],
    ['INC-0', undefined],
    ['INC-042', undefined],
    ['INC-1; DROP', undefined],
    ['', undefined],
  ])('%o means %s', (text, number) => expect(parseIncidentName(text)).toBe(number))

  it('stands in what evidence is cited by', () => {
    expect(evidenceId({ incident: 42, number: 3 })).toBe('INC-42/E3')
  })
})
