import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatDuration } from '../../../src/domain/values/duration.ts'
import type { Incident } from '../../../src/domain/incident/incident.ts'
import { sourcesOf } from '../../../src/domain/post-mortem/records.ts'
import { reviewTimes } from '../../../src/domain/post-mortem/times.ts'
import { at, entry, incident, records } from './world.ts'

function timesOf(change: Partial<Incident>, timeline = records().timeline) {
  return reviewTimes(sourcesOf(records({ incident: incident(change), timeline })))
}

describe('the times of a review', () => {
  it('are five moments in UTC and the lengths between them', () => {
    const { moments, durations, problems, missing } = timesOf({})
    expect(moments.map(({ name, text }) => [name, text])).toEqual([
      ['started', '2026-11-24 03:00:00 UTC'],
      ['detected', '2026-11-24 03:16:00 UTC'],
      ['acknowledged', '2026-11-24 03:20:00 UTC'],
      ['mitigated', '2026-11-24 04:00:00 UTC'],
      ['resolved', '2026-11-24 04:15:00 UTC'],
    ])
    expect(durations.map(({ name, text }) => [name, text])).toEqual([
      ['time to detect', '16 min'],
      ['time to acknowledge', '4 min'],
      ['time to mitigate', '1 h'],
      ['time to resolve', '1 h 15 min'],
    ])
    expect([problems, missing]).toEqual([[], []])
  })

  it('N40: are what a reader gets who subtracts the times that stand there', () => {
    const { durations } = timesOf({
      startedAt: '2026-11-24T03:00:00.900Z',
      detectedAt: '2026-11-24T03:00:07.100Z',
      acknowledgedAt: '2026-11-24T03:00:50.050Z',
    })
    expect(durations.slice(0, 2).map(({ name, text }) => [name, text])).toEqual([
      ['time to detect', '7 s'],
      ['time to acknowledge', '43 s'],
    ])
  })

  it('say what is missing instead of making it up', () => {
    const { durations, missing } = timesOf({ acknowledgedAt: null, mitigatedAt: null })
    expect(missing.map(({ text }) => text)).toEqual([
      'The moment "acknowledged" is not recorded',
      'The moment "mitigated" is not recorded',
    ])
    expect(durations.find(({ name }) => name === 'time to mitigate')).toMatchObject({
      ms: null,
      text: 'not recorded: "mitigated" is missing',
    })
  })

  it('allow an acknowledgement after the trouble was over', () => {
    const { durations, problems } = timesOf({ acknowledgedAt: at('04:10') })
    expect(problems).toEqual([])
    expect(durations.find(({ name }) => name === 'time to acknowledge')?.ms).toBe(54 * 60_000)
  })

  it('name an instant that is none', () => {
    const { moments, durations, problems } = timesOf({ detectedAt: 'yesterday' })
    expect(moments.find(({ name }) => name === 'detected')).toMatchObject({
      at: null,
      text: 'not an instant in its record',
    })
    expect(problems.map(({ text }) => text)).toEqual([
      'The moment "detected" is not an instant in its record',
    ])
    expect(durations.find(({ name }) => name === 'time to detect')?.ms).toBeNull()
  })

  it('take when the cause was identified from the timeline, if somebody said so', () => {
    const noted = entry('note/1', '03:30', { fact: { type: 'identified', text: 'It is the cache.' } })
    const { durations } = timesOf({}, [noted])
    expect(durations.find(({ name }) => name === 'time to identify')?.ms).toBe(30 * 60_000)

    const corrected = entry('note/2', '03:40', { fact: { type: 'identified', text: 'It is the deploy.' } })
    const again = timesOf({}, [noted, corrected]).durations
    expect(again.find(({ name }) => name === 'time to identify')?.ms).toBe(40 * 60_000)
  })

  it('recompute from their timestamps, or are refused when any two contradict each other', () => {
    const instants = fc
      .integer({ min: 0, max: 300 })
      .map((minutes) => new Date(Date.parse(at('00:00')) + minutes * 60_000).toISOString())
    const maybe = fc.option(instants)
    const given = fc.record({
      startedAt: instants,
      detectedAt: instants,
      acknowledgedAt: maybe,
      mitigatedAt: maybe,
      resolvedAt: maybe,
    })
    const property = fc.property(given, (change) => {
      const { durations, problems } = timesOf(change)
      for (const { ms, fromAt, toAt, text } of durations) {
        if (ms === null) continue
        expect(ms).toBe(Date.parse(toAt ?? '') - Date.parse(fromAt ?? ''))
        expect(ms).toBeGreaterThanOrEqual(0)
        expect(text).toBe(formatDuration(ms))
      }
      const known = [change.startedAt, change.detectedAt, change.mitigatedAt, change.resolvedAt].filter(
        (one) => one !== null,
      )
      if (known.join() !== known.toSorted().join()) expect(problems).not.toEqual([])
    })
    fc.assert(property)
  })
})
