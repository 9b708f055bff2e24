import { describe, expect, it } from 'vitest'
import {
  dueTimes,
  measuredTogether,
  questionsTogether,
  replayRuns,
  runsTogether,
} from '../../../src/domain/replay/runs.ts'
import { minute, os } from '../check/world.ts'
import { bucketMs, configured, highMessages, measuredIn, start } from './world.ts'

const hour = 60 * minute
const bucketsOf = (times: readonly number[]) => times.map((time) => (time - start) / bucketMs)

describe('the runs of a replay', () => {
  it('are due when their bucket is complete, for every bucket that lies in the range', () => {
    const range = { from: start, to: start + 4 * bucketMs }
    expect(bucketsOf(dueTimes(highMessages(), range))).toEqual([1, 2, 3, 4])
    const late = dueTimes(highMessages({ lateMs: minute }), range)
    expect(late.map((time) => time - start)).toEqual([1, 2, 3, 4].map((n) => n * bucketMs + minute))
  })

  it('leave out buckets that the range cuts', () => {
    const range = { from: start + minute, to: start + 4 * bucketMs - minute }
    expect(bucketsOf(dueTimes(highMessages(), range))).toEqual([2, 3])
    expect(dueTimes(highMessages(), { from: start, to: start + minute })).toEqual([])
  })

  it('pass buckets over where the check runs less often, and judge none twice where it runs more often', () => {
    const range = { from: start, to: start + 8 * bucketMs }
    expect(bucketsOf(dueTimes(highMessages({ everyMs: hour }), range))).toEqual([4, 8])
    expect(bucketsOf(dueTimes(highMessages({ everyMs: 5 * minute }), range))).toEqual([
      1, 2, 3, 4, 5, 6, 7, 8,
    ])
  })

  it('are fewer in one part the more series there are', () => {
    const one = highMessages({ slices: ['total', 'os'] })
    const groups = Array.from({ length: 9_999 }, (_, index) => `os-${index}`)
    expect(runsTogether(highMessages(), configured(highMessages()))).toBe(2_000)
    expect(runsTogether(one, configured(one, { slices: { os: { ...os, groups } } }))).toBe(50)
  })
})

describe('the questions of many runs', () => {
  it('become one, with every bucket once', () => {
    const one = highMessages({ detector: { kind: 'same-time', threshold: 0.5 } })
    const times = dueTimes(one, { from: start, to: start + 96 * bucketMs })
    const [question, ...others] = questionsTogether(replayRuns(one, configured(one), times), 2 * bucketMs)
    expect(others).toEqual([])
    // Today with one bucket to look back, the day before and the week before with one on either side; today and yesterday touch.
    expect(question?.buckets).toHaveLength(2 * 96 + 1 + (96 + 2))
    expect(new Set(question?.buckets).size).toBe(question?.buckets.length)
  })

  it('are kept apart where a clock was changed by half a bucket, since buckets of one question may not overlap', () => {
    const one = highMessages({
      detector: { kind: 'same-time', threshold: 0.5 },
      bucketMs: hour,
      everyMs: hour,
    })
    const configuration = configured(one, { timeZone: 'Australia/Lord_Howe' })
    // There the clock goes back by 30 minutes on 5 April 2026.
    const from = Date.UTC(2026, 3, 4)
    const runs = replayRuns(one, configuration, dueTimes(one, { from, to: from + 48 * hour }))
    const questions = questionsTogether(runs, hour)
    expect(questions).toHaveLength(2)
    for (const { buckets } of questions) expect(new Set(buckets.map((bucket) => bucket % hour)).size).toBe(1)
  })

  it('are answered together, each bucket by whoever was asked for it', () => {
    const one = highMessages()
    const [run] = replayRuns(one, configured(one), dueTimes(one, { from: start, to: start + bucketMs }))
    const [question] = run?.questions ?? []
    if (question === undefined) throw new Error('no question')
    const parts = [0, 1].map((bucket) => ({
      question: { ...question, buckets: [start + bucket * bucketMs] },
      measured: measuredIn([bucket + 1, bucket + 1]),
    }))
    const together = measuredTogether(parts)
    const values = [0, 1, 2].map(
      (bucket) => together.sample('messages', 'total', 'total', start + bucket * bucketMs)?.numerator,
    )
    expect(values).toEqual([1, 2, undefined])
    expect(together.rowsIn(start + 2 * bucketMs)).toBe(0)
  })
})
