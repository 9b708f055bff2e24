import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { missingReasons, type MissingReason, waitingChecks } from '../../../src/domain/check/first-data.ts'
import {
  concludeRun,
  type CheckRun,
  type Conclusion,
  type SourceSighting,
  type Standings,
} from '../../../src/domain/check/run.ts'
import { check, configurationWith, minute } from './world.ts'

const one = check({ firstDataWithinMs: 30 * minute, silentAfterMs: 15 * minute })
const configuration = configurationWith([one])
const nothingKnown: Standings = { known: [], judged: [] }
const begin = Date.UTC(2026, 2, 3)

/** How a run went: measured, or not for a reason; and what was seen of the source. */
interface Seen {
  readonly check: 'measured' | 'broken' | MissingReason
  readonly source?: SourceSighting['state']
}

/** The alerts of runs that are ten minutes apart, as `minute: status alertname severity`. */
function story(seen: readonly Seen[], before: Standings = nothingKnown) {
  let standings = before
  const alerts = seen.flatMap(({ check: how, source }, index) => {
    const conclusion = concludeRun(runAt(index, how, source), standings, configuration)
    standings = after(standings, conclusion)
    return conclusion.alerts.map(
      ({ status, labels }) => `${10 * index}: ${status} ${labels['alertname']} ${labels['severity']}`,
    )
  })
  return { alerts, standings }
}

function runAt(index: number, how: Seen['check'], source?: SourceSighting['state']): CheckRun {
  const error = how === 'measured' ? null : 'refused'
  const missing = how === 'measured' || how === 'broken' ? {} : { missing: how }
  const sighting = {
    source: 'feed',
    service: 'feed',
    silentAfterMs: 15 * minute,
    firstDataWithinMs: 30 * minute,
  }
  return {
    at: new Date(begin + index * 10 * minute).toISOString(),
    checks: [one],
    verdicts: [],
    measured: [{ check: one, error, ...missing }],
    sources: source === undefined ? [] : [{ ...sighting, state: source }],
  }
}

function after(before: Standings, { changed, forgotten }: Conclusion): Standings {
  const key = (series: object) => JSON.stringify({ ...series, state: undefined })
  const known = new Map(before.known.map((standing) => [key(standing), standing]))
  for (const standing of changed) known.set(key(standing), standing)
  for (const series of forgotten) known.delete(key(series))
  return { known: [...known.values()], judged: [] }
}

const many = (count: number, seen: Seen): Seen[] => Array.from({ length: count }, () => seen)
const missingTable: Seen = { check: 'missing-table' }

describe('N31: what never existed is waited for', () => {
  it.each(missingReasons)(
    '%s: one notice of low severity when the grace is over, and nothing before',
    (reason) => {
      const seen: Seen = reason === 'empty-table' ? { check: 'measured', source: 'empty' } : { check: reason }
      expect(story(many(3, seen)).alerts).toEqual([])
      expect(story(many(12, seen)).alerts).toEqual(['30: firing no-data-yet info'])
    },
  )

  it('ends without a word when the first data comes in time, and with one when it comes late', () => {
    const measured: Seen = { check: 'measured', source: 'alive' }
    expect(story([...many(3, missingTable), ...many(3, measured)]).alerts).toEqual([])
    expect(story([...many(5, missingTable), ...many(3, measured)]).alerts).toEqual([
      '30: firing no-data-yet info',
      '50: resolved no-data-yet info',
    ])
  })

  it('is another matter when it was there once: that fires at once, as ever', () => {
    const gone = story([{ check: 'measured', source: 'alive' }, ...many(3, missingTable)])
    expect(gone.alerts).toEqual(['10: firing check-failing warning'])
    const emptied = story([
      { check: 'measured', source: 'alive' },
      ...many(3, { check: 'measured', source: 'empty' }),
    ])
    expect(emptied.alerts).toEqual(['10: firing source-silent warning'])
    const createdAndDropped = story([missingTable, { check: 'measured', source: 'empty' }, missingTable])
    expect(createdAndDropped.alerts).toEqual(['20: firing check-failing warning'])
  })

  it('waits for the first row once the table is there, and fires when a source with old rows is silent', () => {
    const empty: Seen = { check: 'measured', source: 'empty' }
    expect(story([missingTable, missingTable, ...many(3, empty)]).alerts).toEqual([])
    expect(story([{ check: 'measured', source: 'silent' }]).alerts).toEqual([
      '0: firing source-silent warning',
    ])
    expect(
      story([empty, { check: 'measured', source: 'alive' }, { check: 'measured', source: 'silent' }]).alerts,
    ).toEqual(['20: firing source-silent warning'])
  })

  it('does not hide another failure, and that one is over when only the first data is missing again', () => {
    expect(story([missingTable, { check: 'broken' }, missingTable, missingTable]).alerts).toEqual([
      '10: firing check-failing warning',
      '20: resolved check-failing warning',
      '30: firing no-data-yet info',
    ])
  })

  it('survives a restart: the grace goes on from when it began', () => {
    const { standings } = story(many(3, missingTable))
    const stored = JSON.parse(JSON.stringify(standings)) as Standings
    expect(waitingChecks(waitsIn(stored), configuration)).toEqual([
      {
        check: 'feed-health',
        reason: 'missing-table',
        tables: ['simulator.feed_actions'],
        since: '2026-03-03T00:00:00.000Z',
        until: '2026-03-03T00:30:00.000Z',
        isOverdue: false,
      },
    ])
  })

  it('shows a check once, with what keeps it from measuring before a table without rows', () => {
    const { standings } = story(many(5, { check: 'missing-column', source: 'empty' }))
    expect(waitingChecks(waitsIn(standings), configuration)).toMatchObject([
      { check: 'feed-health', reason: 'missing-column', isOverdue: true },
    ])
    expect(
      waitingChecks(waitsIn(story([{ check: 'measured', source: 'alive' }]).standings), configuration),
    ).toEqual([])
  })

  it('never fires before the grace is over, and never again once there was data, whatever happens in between', () => {
    const seen = fc.record({
      check: fc.constantFrom<Seen['check']>('measured', 'broken', ...missingReasons),
      source: fc.constantFrom<SourceSighting['state']>('alive', 'silent', 'unknown', 'empty'),
    })
    fc.assert(
      fc.property(fc.array(seen, { maxLength: 15 }), (runs) => {
        const notices = story(runs).alerts.filter((line) => line.includes('firing no-data-yet'))
        for (const line of notices) expect(Number.parseInt(line, 10)).toBeGreaterThanOrEqual(30)
        expect(notices.length).toBeLessThanOrEqual(2)
      }),
    )
  })

  function waitsIn({ known }: Standings) {
    return known.flatMap(({ check: name, slice, metric, state }) =>
      name === 'no-data-yet' && state.phase !== 'clear' ? [{ kind: slice, name: metric, state }] : [],
    )
  }
})
