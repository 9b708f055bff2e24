import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { loadConfiguration } from '../../src/config/load.ts'
import { blamingWords, endsAtPerson } from '../../src/domain/post-mortem/blameless.ts'
import { runbookOf } from '../../src/domain/incident/plan.ts'
import type { CauseTemplate, Runbook } from '../../src/domain/investigate/runbook.ts'

const demo = await loadConfiguration(
  fileURLToPath(new URL('../../examples/feed/firewatch.yaml', import.meta.url)),
)

function runbookFor(alertname: string): Runbook {
  const runbook = runbookOf({ alertname, service: 'feed' }, demo.runbooks)
  if (runbook === undefined) throw new Error(`no runbook for ${alertname}`)
  return runbook
}

function depth({ causes }: Runbook, { id }: CauseTemplate): number {
  const below = causes.filter(({ parent }) => parent === id)
  return 1 + Math.max(0, ...below.map((cause) => depth({ causes } as Runbook, cause)))
}

describe('the configuration of the demo', () => {
  it('watches the nine metrics of the feed and the messenger, in total and by system', () => {
    expect(Object.values(demo.metrics).map(({ name, kind }) => `${name} ${kind}`)).toEqual([
      'users_feed unique',
      'likes count',
      'views count',
      'ctr ratio',
      'lpu ratio',
      'vpu ratio',
      'users_msg unique',
      'messages count',
      'mpu ratio',
    ])
    const checked = Object.values(demo.checks).flatMap(({ metrics }) => metrics)
    expect(checked.toSorted()).toEqual(Object.keys(demo.metrics).toSorted())
    expect(Object.values(demo.checks).every(({ slices }) => slices.join() === 'total,os')).toBe(true)
  })

  it('has a runbook for each of its checks', () => {
    expect(Object.keys(demo.checks).map((check) => runbookFor(check).name)).toEqual([
      'feed-content-drop',
      'message-drop',
    ])
  })
})

describe('the runbook of the feed', () => {
  const runbook = runbookFor('feed-activity')

  it('tries the cache before the restart', () => {
    expect(runbook.remediation.map(({ action }) => action)).toEqual([
      'cache_invalidation',
      'pipeline_restart',
    ])
  })

  it('asks why at least five times in the tree of what occurred, and asks about detection and mitigation too', () => {
    const roots = runbook.causes.filter(({ parent }) => parent === undefined)
    const depths = Object.fromEntries(roots.map((root) => [root.problem, depth(runbook, root)]))
    expect(depths).toMatchObject({ occurred: 5, 'detected-late': 2, 'mitigated-slowly': 3 })
  })

  it('has an action for every cause that a branch can end at, and thinks of preventing, detecting and mitigating', () => {
    const ends = runbook.causes.filter(({ id }) => !runbook.causes.some(({ parent }) => parent === id))
    const covered = new Set(runbook.actions.map(({ cause }) => cause))
    expect(ends.filter(({ id }) => !covered.has(id)).map(({ id }) => id)).toEqual([])
    expect(new Set(runbook.actions.map(({ type }) => type))).toEqual(
      new Set(['prevent', 'detect', 'mitigate']),
    )
    expect(runbook.actions.every(({ owner }) => owner !== undefined)).toBe(true)
  })

  it('keeps opposite answers apart: a finding never supports two causes that exclude each other', () => {
    const tests = runbook.causes.flatMap(({ test }) =>
      test !== undefined && 'evidence' in test ? [test] : [],
    )
    const sides = tests
      .filter(({ evidence }) => evidence === 'messages')
      .map(({ op, value }) => `${op} ${value}`)
    expect(sides.toSorted()).toEqual(['<= -0.45', '> -0.45'])
  })
})

describe.each(demo.runbooks.map((runbook) => [runbook.name, runbook] as const))(
  'runbook %s',
  (_name, runbook) => {
    it('speaks of systems and blames nobody', () => {
      const actions = runbook.actions.map(({ title, doneWhen }) => `${title}. ${doneWhen}`)
      const prose = [runbook.title, runbook.guidance, ...runbook.causes.map(({ claim }) => claim), ...actions]
      expect(prose.flatMap(blamingWords)).toEqual([])
      expect(runbook.causes.map(({ claim }) => claim).filter(endsAtPerson)).toEqual([])
    })

    it('has guidance that names no evidence that is not collected', () => {
      const inTables = runbook.guidance.matchAll(/^\| `([a-z-]+)`/gm)
      const names = runbook.evidence.map(({ name }) => name)
      expect([...inTables].map(([, name]) => name).filter((name) => !names.includes(name ?? ''))).toEqual([])
    })
  },
)
