import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { replayBegins, replayRun, stillOpen } from '../../../src/domain/replay/replay.ts'
import { dueTimes, replayRuns } from '../../../src/domain/replay/runs.ts'
import { minute } from '../check/world.ts'
import { at, bucketMs, configured, highMessages, measuredIn, start, told, walk } from './world.ts'

const high = 100
const low = 10

describe('a check that is walked over a recording', () => {
  it('opens an incident, watches it and resolves it at the times of the recording', () => {
    const { transitions, resolved } = walk(highMessages(), [low, high, high, low, low, low, low])
    expect(told(transitions)).toEqual(['2 fires', '2 opened', '5 clears', '5 monitoring', '6 resolved'])
    expect(resolved).toHaveLength(1)
    expect(resolved[0]).toMatchObject({
      groupingKey: 'service=chat,alertname=many-messages',
      title: 'Messages at 100, above 90 (chat)',
      severity: 'P1',
      state: 'resolved',
      startedAt: at(1),
      detectedAt: at(2),
      mitigatedAt: at(5),
      resolvedAt: at(6),
    })
    expect(resolved[0]?.alerts.map(({ status, startsAt, endsAt }) => [status, startsAt, endsAt])).toEqual([
      ['resolved', at(1), at(3)],
    ])
    expect(resolved[0]?.timeline.map(({ at: when, fact }) => [when, fact.type])).toEqual([
      [at(2), 'detected'],
      [at(5), 'alert-changed'],
      [at(5), 'cleared'],
      [at(6), 'resolved'],
    ])
  })

  it('goes back to open when it fires again while it is watched', () => {
    const routes = configured(highMessages()).routes.map((route) => ({ ...route, stableForMs: 4 * bucketMs }))
    const configuration = configured(highMessages(), { routes })
    const recording = [high, low, low, high, low, low, low, low, low, low, low]
    const { transitions, resolved } = walk(highMessages(), recording, { configuration })
    expect(told(transitions)).toEqual([
      '1 fires',
      '1 opened',
      '3 clears',
      '3 monitoring',
      '4 fires',
      '4 reopened',
      '6 clears',
      '6 monitoring',
      '10 resolved',
    ])
    expect(resolved.map(({ startedAt, mitigatedAt }) => [startedAt, mitigatedAt])).toEqual([[at(0), at(6)]])
  })

  it('opens another incident when it fires again after it was resolved', () => {
    const { resolved, state } = walk(highMessages(), [
      high,
      low,
      low,
      low,
      low,
      high,
      low,
      low,
      low,
      low,
      high,
    ])
    expect(resolved.map(({ startedAt }) => startedAt)).toEqual([at(0), at(5)])
    expect(stillOpen(state).map(({ startedAt }) => startedAt)).toEqual([at(10)])
  })

  it('opens an incident also for what a cooldown mutes, as the dispatcher does', () => {
    const one = highMessages({ cooldownMs: 8 * bucketMs, clearAfter: 1 })
    const recording = [high, low, low, high, high, high, high, high, high, high]
    expect(told(walk(one, recording).transitions)).toEqual([
      '1 fires',
      '1 opened',
      '2 clears',
      '2 monitoring',
      '3 resolved',
      '4 fires muted',
      '4 opened',
      '9 fires',
    ])
  })

  it('keeps the state of a series between its threshold and where it clears', () => {
    const one = highMessages({ detector: { kind: 'threshold', op: '>', value: 90, clear: 50 } })
    const { verdicts } = walk(one, [70, 95, 70, 40, 70])
    expect(verdicts.map(({ state }) => state)).toEqual(['ok', 'firing', 'firing', 'ok', 'ok'])
  })

  it('calls a source silent once it had rows, and not before the recording begins', () => {
    const one = highMessages({ silentAfterMs: 2 * bucketMs })
    const { transitions, verdicts } = walk(one, [null, null, null, low, null, null, null, low])
    expect(told(transitions)).toEqual(['6 fires', '6 opened', '8 clears', '8 monitoring'])
    expect(transitions[0]?.text).toBe('No rows from chat for 30 min')
    expect(verdicts.map(({ reason }) => reason)).toContain('source-silent')
  })

  it('judges nothing in quiet hours', () => {
    const one = highMessages({ quietHours: [{ from: '00:00', to: '00:45' }] })
    expect(told(walk(one, [high, high, high, high]).transitions)).toEqual(['4 fires', '4 opened'])
  })

  it('needs the rows of its baselines: without them nothing is judged', () => {
    const one = highMessages({ detector: { kind: 'same-time', threshold: 0.5 } })
    const week = 7 * 96
    const recording = Array.from({ length: week + 3 }, (_, bucket) => (bucket === week + 1 ? low : high))
    const { transitions, verdicts } = walk(one, recording)
    expect(verdicts.findIndex(({ state }) => state !== 'unknown')).toBe(week - 1)
    expect(told(transitions)).toEqual([`${week + 2} fires`, `${week + 2} opened`])
  })
})

describe('the walk does not look ahead:', () => {
  const value = fc.constantFrom(null, low, 70, high)
  const policy = fc.record({
    detector: fc.constantFrom(
      { kind: 'threshold', op: '>', value: 90, clear: 50 } as const,
      { kind: 'same-time', threshold: 0.5 } as const,
    ),
    forMs: fc.constantFrom(0, 2 * bucketMs),
    clearAfter: fc.integer({ min: 1, max: 3 }),
    cooldownMs: fc.constantFrom(0, 3 * bucketMs),
    lateMs: fc.constantFrom(0, minute),
    silentAfterMs: fc.constantFrom(bucketMs, 3 * bucketMs),
  })
  /** A week and a bucket are there to compare with; what is walked comes after them. */
  const week = Array.from({ length: 7 * 96 + 1 }, () => low)
  const later = fc.array(value, { minLength: 2, maxLength: 40 })

  it('a prefix of a recording gives a prefix of the transitions, whatever comes after', () => {
    fc.assert(
      fc.property(policy, later, later, fc.nat(), (change, seen, other, cut) => {
        const one = highMessages(change)
        const from = week.length
        const known = from + (cut % seen.length)
        const recording = [...week, ...seen]
        const elsewhere = [...recording.slice(0, known), ...other]
        const whole = walk(one, recording, { from })
        const prefix = walk(one, recording, { from, buckets: known })
        const otherwise = walk(one, elsewhere, { from, buckets: known })
        expect(prefix.transitions).toEqual(whole.transitions.slice(0, prefix.transitions.length))
        expect(otherwise.transitions).toEqual(prefix.transitions)
        expect(prefix.verdicts).toEqual(whole.verdicts.slice(0, prefix.verdicts.length))
        expect(prefix.resolved).toEqual(whole.resolved.slice(0, prefix.resolved.length))
      }),
    )
  })

  it('no run looks at a bucket that ended after it was due', () => {
    const one = highMessages({ detector: { kind: 'same-time', threshold: 0.5 }, silentAfterMs: 4 * bucketMs })
    const configuration = configured(one)
    const times = dueTimes(one, { from: start, to: start + 30 * bucketMs })
    let state = replayBegins
    for (const run of replayRuns(one, configuration, times)) {
      const asked: number[] = []
      const measured = measuredIn(
        Array.from({ length: 40 }, () => low),
        (bucket) => asked.push(bucket),
      )
      state = replayRun(state, one, run, new Map([['chat', measured]]), configuration).state
      expect(Math.max(...asked)).toBeLessThan((run.at - start) / bucketMs)
    }
  })
})
