import { describe, expect, it } from 'vitest'
import { findingKinds } from '../../../src/domain/audit/audit.ts'
import { isUrgent } from '../../../src/domain/audit/alert.ts'
import {
  isHanging,
  type RunningWorkflow,
  type ScheduleStanding,
  type WorkflowFacts,
  workflowFindings,
} from '../../../src/domain/audit/workflows.ts'

const minute = 60_000
const start = Date.parse('2026-03-01T03:00:00.000Z')
const iso = (ms: number) => new Date(ms).toISOString()

function facts(change: Partial<WorkflowFacts> = {}): WorkflowFacts {
  const nothing = { workflows: [], schedules: [], checks: {}, withoutReview: [] }
  return { at: start, steadySince: 0, ...nothing, newestBuckets: new Map(), open: new Map(), ...change }
}

function workflow(id: string, change: Partial<RunningWorkflow> = {}): RunningWorkflow {
  const well = { failingTask: null, failingActivity: null, incident: null }
  return { id, runId: 'r', type: 'incident', startedAt: iso(start), ...well, ...change }
}

const failingTask = { tries: 7, reason: 'x is undefined' }
const kinds = (change: Partial<WorkflowFacts>) => workflowFindings(facts(change)).map(({ kind }) => kind)

describe('N15 what is wrong with workflows', () => {
  it('is nothing where nothing is', () => expect(workflowFindings(facts())).toEqual([]))

  it('is told of each open incident, and of all others in one sentence that names the first three', () => {
    const workflows = [1, 2, 3, 4, 5, 6].map((incident) =>
      workflow(`incident/${incident}`, { incident, failingTask }),
    )
    const about = { service: 'shop', labels: {} }
    const audit = { service: 'firewatch', labels: { alertname: 'PagingAudit' } }
    const open = new Map([
      [1, about],
      [2, audit],
    ])
    const found = workflowFindings(facts({ workflows, open }))
    expect(found.map(({ incident, quiet }) => [incident, quiet])).toEqual([
      [1, false],
      [2, true],
      [null, false],
    ])
    expect(found[2]?.detail).toMatch(
      /incident\/3 \(7 tries: x is undefined\); incident\/4 .*; incident\/5 .* and 1 more$/,
    )
  })

  it.each([
    ['checkShard', 7, false],
    ['checkShard', 8, true],
    ['incident', 8, false],
    ['review', 60, false],
  ] as const)('hangs: a %s of %i minutes: %s', (type, minutes, hangs) => {
    expect(isHanging(workflow('w', { type }), start + minutes * minute)).toBe(hangs)
  })

  it.each([
    ['its bucket ended four runs ago', 45, {}, false],
    ['its bucket ended more than four runs ago', 79, {}, true],
    ['audits were interrupted since', 79, { steadySince: start + 60 * minute }, false],
    ['its schedule was changed since', 79, { since: iso(start + 60 * minute) }, false],
    ['its schedule is paused, which is told by itself', 79, { state: 'paused' }, false],
    ['its schedule is missing, which is told by itself', 79, { state: 'missing' }, false],
    ['it never ran and its schedule is new', 30, { newest: null, since: iso(start) }, false],
    ['it never ran and its schedule is old', 63, { newest: null, since: iso(start) }, true],
  ] as const)('is idle: a check, when %s', (_, minutes, change, isIdle) => {
    const {
      state = 'running',
      since = iso(0),
      newest = iso(start),
      steadySince = 0,
    } = change as {
      state?: ScheduleStanding['state']
      since?: string
      newest?: string | null
      steadySince?: number
    }
    const found = kinds({
      at: start + minutes * minute,
      steadySince,
      schedules: [{ id: 'check/15m/0', checks: ['likes'], state, note: '', since }],
      checks: { likes: { everyMs: 15 * minute, bucketMs: 15 * minute, lateMs: minute } },
      newestBuckets: new Map(newest === null ? [] : [['likes', newest]]),
    })
    expect(found.includes('idle-check')).toBe(isIdle)
  })

  it('may wait for the day only where people are warned all the same', () => {
    expect(findingKinds.filter((kind) => !isUrgent(kind))).toEqual(['paused-schedule', 'missing-review'])
  })
})
