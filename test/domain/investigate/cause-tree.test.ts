import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { causesOf, endCauses, nodesUnder } from '../../../src/domain/investigate/cause-tree.ts'
import { failed } from '../../../src/domain/investigate/evidence-result.ts'
import { citableIds, sourcesOf, type ReviewRecords } from '../../../src/domain/post-mortem/records.ts'
import { reviewTimes } from '../../../src/domain/post-mortem/times.ts'
import type { CauseTemplate, CauseTest } from '../../../src/domain/investigate/runbook.ts'
import { attempt, evidence, osSplit, records, rows, runbook } from '../post-mortem/world.ts'

function causes(change: Partial<ReviewRecords> = {}) {
  const sources = sourcesOf(records(change))
  return causesOf(sources, reviewTimes(sources), [])
}

function judged(test: CauseTest | undefined, change: Partial<ReviewRecords> = {}) {
  const template: CauseTemplate = {
    id: 'c',
    problem: 'occurred',
    edge: 'caused',
    claim: 'It did',
    ...(test === undefined ? {} : { test }),
  }
  const { trees, conflicts } = causes({ runbook: runbook({ causes: [template] }), ...change })
  const node = trees[0]?.causes[0]
  if (node === undefined) throw new Error('the cause is not in the tree')
  return { ...node, conflicts: conflicts.map(({ text }) => text) }
}

const iosFell: CauseTest = {
  evidence: 'os-split',
  where: { os: 'iOS' },
  column: 'change_week',
  op: '<',
  value: -0.4,
}

describe('a cause', () => {
  it('is supported by the rows that its test selects, and says which peers lack it', () => {
    const node = judged(iosFell)
    expect(node).toMatchObject({
      status: 'supported',
      cites: ['INC-42/E1'],
      because: 'os iOS: change_week is -0.936, expected below -0.4',
    })
    expect(node.counterChecks.map(({ text }) => text)).toEqual(['Peers that show it too: 0 of 1'])
  })

  it('is refuted when one selected row is against it', () => {
    const { where: _, ...everywhere } = iosFell
    expect(judged(everywhere)).toMatchObject({
      status: 'refuted',
      cites: ['INC-42/E1'],
      because: 'change_week is -0.019, expected below -0.4',
    })
  })

  it('without a test is inferred, and cites nothing', () => {
    expect(judged(undefined)).toMatchObject({ status: 'inferred', cites: [] })
  })

  it.each([
    ['nothing was collected', [], 'no evidence "os-split" was collected'],
    ['the query failed', [evidence(1, 'opened/os-split', failed('boom'))], 'the query could not be answered'],
    ['the answer has no rows', [evidence(1, 'opened/os-split', { text: 'x' })], 'its result has no rows'],
    [
      'no row is selected',
      [evidence(1, 'opened/os-split', rows({ os: 'Windows', change_week: -1 }))],
      'no row of the result has os iOS',
    ],
    [
      'the cell is no number',
      [evidence(1, 'opened/os-split', rows({ os: 'iOS', change_week: null }))],
      'column "change_week" holds no number in 1 of 1 rows',
    ],
    [
      'rows were cut off',
      [evidence(1, 'opened/os-split', { ...osSplit, truncated: true })],
      'only the first 2 rows were kept',
    ],
  ])('is unknown when %s', (_, collected, because) => {
    expect(judged(iosFell, { evidence: collected })).toMatchObject({ status: 'unknown', because })
  })

  it('is judged by the answer from the time of the fault, and that it is gone when all is clear is a counter-check', () => {
    const later = evidence(2, 'mitigated/os-split', rows({ os: 'iOS', change_week: 0.1 }))
    const node = judged(iosFell, { evidence: [later, evidence(1, 'opened/os-split', osSplit)] })
    expect(node).toMatchObject({ status: 'supported', cites: ['INC-42/E1'], conflicts: [] })
    expect(node.counterChecks.at(-1)).toEqual({
      text: 'Asked again when it was clear, it no longer held',
      quote: null,
      cites: ['INC-42/E2'],
    })
  })

  it('that shows only when all is clear is a conflict', () => {
    const well = evidence(1, 'opened/os-split', rows({ os: 'iOS', change_week: 0.1 }))
    const node = judged(iosFell, { evidence: [well, evidence(2, 'mitigated/os-split', osSplit)] })
    expect(node.status).toBe('refuted')
    expect(node.conflicts).toEqual(['Cause c is refuted by one answer and supported by another'])
  })

  it('is not judged by what is of something else that is called so', () => {
    const series = { check: 'feed', metric: 'likes', slice: 'os', group: 'os-split' }
    const verdicts = { about: { kind: 'verdicts', stage: 'opened', series } } as const
    const other = evidence(1, 'opened/verdicts', osSplit, verdicts)
    expect(judged(iosFell, { evidence: [other] })).toMatchObject({ status: 'unknown', cites: [] })
  })

  it('is judged by the later answer when the first one failed', () => {
    const later = evidence(2, 'mitigated/os-split', osSplit)
    const node = judged(iosFell, { evidence: [evidence(1, 'opened/os-split', failed('boom')), later] })
    expect(node).toMatchObject({ status: 'supported', cites: ['INC-42/E2'] })
  })

  it.each([
    ['helped', [attempt()], 'supported'],
    ['helped', [attempt({ outcome: 'no-effect' })], 'refuted'],
    ['no-effect', [attempt({ outcome: 'no-effect' })], 'supported'],
    ['helped', [attempt({ outcome: 'refused' })], 'unknown'],
    ['helped', [attempt({ outcome: null })], 'unknown'],
    ['helped', [attempt({ action: 'pipeline_restart' })], 'unknown'],
    ['helped', [], 'unknown'],
  ] as const)(
    'that a remediation %s, with attempts %#, is judged by how they ended',
    (outcome, attempts, status) => {
      expect(judged({ remediation: 'cache_invalidation', outcome }, { attempts }).status).toBe(status)
    },
  )

  it('that one of two attempts bears out is supported, with the conflict told', () => {
    const second = attempt({
      id: 'INC-42/2',
      target: 'other',
      outcome: 'no-effect',
      proposedAt: '2026-11-24T03:30:00.000Z',
    })
    const node = judged(
      { remediation: 'cache_invalidation', outcome: 'helped' },
      { attempts: [attempt(), second] },
    )
    expect(node.status).toBe('supported')
    expect(node.conflicts[0]).toContain('ended differently')
  })

  it.each([
    ['<', -1, 'supported'],
    ['<=', -0.936, 'supported'],
    ['>', -0.936, 'refuted'],
    ['>=', -0.936, 'supported'],
    ['==', -0.936, 'supported'],
    ['==', 0, 'refuted'],
  ] as const)('compares by %s with %j: %s', (op, value, status) => {
    const limit = op === '<' ? -0.9 : value
    expect(judged({ ...iosFell, op, value: limit }).status).toBe(status)
  })
})

describe('a tree', () => {
  it('keeps refuted causes, and ends its branches above them', () => {
    const [tree] = causes().trees
    expect(tree?.causes.flatMap(nodesUnder).map(({ id, status }) => [id, status])).toEqual([
      ['ios-lost', 'supported'],
      ['cache', 'supported'],
      ['no-limit', 'inferred'],
      ['outage', 'refuted'],
    ])
    expect(endCauses(tree?.causes ?? []).map(({ id }) => id)).toEqual(['no-limit'])
  })

  it('stands for each problem that the runbook knows causes of, and always for why it occurred', () => {
    expect(causes().trees.map(({ problem }) => problem)).toEqual(['occurred', 'detected-late'])
    const [only, ...others] = causes({ runbook: null }).trees
    expect(others).toEqual([])
    expect(only).toMatchObject({
      problem: 'occurred',
      causes: [],
      noBranch: 'No branch: no runbook proposes a cause for it, and none is invented',
    })
  })

  it('says when a cause is supported that leads to a refuted one, and which cause hangs on none', () => {
    const odd: CauseTemplate[] = [
      { id: 'top', problem: 'occurred', edge: 'caused', claim: 'Top', test: { ...iosFell, op: '>' } },
      { id: 'below', problem: 'occurred', parent: 'top', edge: 'caused', claim: 'Below', test: iosFell },
      { id: 'loose', problem: 'occurred', parent: 'nowhere', edge: 'caused', claim: 'Loose' },
    ]
    expect(causes({ runbook: runbook({ causes: odd }) }).conflicts.map(({ text }) => text)).toEqual([
      'Cause below is supported although top, which it is said to lead to, is refuted',
      'Cause loose of the runbook hangs on no root and is not shown',
    ])
  })

  it('comes to an end whatever hangs on what, and supports nothing without evidence', () => {
    const name = fc.constantFrom('a', 'b', 'c', 'd')
    const template = fc
      .record({ id: name, parent: fc.option(name, { nil: undefined }), tested: fc.boolean() })
      .map(
        ({ id, parent, tested }): CauseTemplate => ({
          id,
          problem: 'occurred',
          edge: 'caused',
          claim: id,
          ...(parent === undefined ? {} : { parent }),
          ...(tested ? { test: iosFell } : {}),
        }),
      )
    const property = fc.property(
      fc.array(template, { maxLength: 6 }),
      fc.boolean(),
      (templates, collected) => {
        const change = { runbook: runbook({ causes: templates }), ...(collected ? {} : { evidence: [] }) }
        const ids = citableIds(sourcesOf(records(change)))
        const nodes = causes(change).trees.flatMap((tree) => tree.causes.flatMap(nodesUnder))
        for (const { status, cites } of nodes) {
          if (status === 'supported' || status === 'refuted') expect(cites).not.toEqual([])
          expect(cites.every((id) => ids.has(id))).toBe(true)
        }
      },
    )
    fc.assert(property)
  })
})
