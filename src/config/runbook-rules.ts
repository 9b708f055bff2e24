import type { Finding } from './problems.ts'
import { repeated } from './repeats.ts'
import { defaultVerify } from './schema/runbook.ts'
import { itemsOf, textOf, under } from './written.ts'

/** What no single field of a runbook shows. */
export function runbookRuleFindings(runbook: unknown): Finding[] {
  const rungs = itemsOf(under(runbook, 'remediation'))
  const causes = itemsOf(under(runbook, 'causes')).map(toCause)
  return [
    ...repeated(['evidence'], itemsOf(under(runbook, 'evidence')).map(textAt('name')), 'name'),
    ...repeated(
      ['causes'],
      causes.map(({ id }) => id),
      'id',
    ),
    ...repeated(['remediation'], rungs.map(textAt('action')), 'action'),
    ...rungs.flatMap(verification),
    ...parentsInTheirTree(causes),
    ...circles(causes),
  ]
}

interface Cause {
  readonly id: string | undefined
  readonly problem: string | undefined
  readonly parent: string | undefined
}

function toCause(cause: unknown): Cause {
  return { id: textAt('id')(cause), problem: textAt('problem')(cause), parent: textAt('parent')(cause) }
}

function textAt(key: string): (of: unknown) => string | undefined {
  return (of) => textOf(under(of, key))
}

function verification(rung: unknown, index: number): Finding[] {
  const verify = under(rung, 'verify')
  const good = under(verify, 'good') ?? defaultVerify.good
  const of = under(verify, 'of') ?? defaultVerify.of
  if (typeof good !== 'number' || typeof of !== 'number' || good <= of) return []
  return [
    { path: ['remediation', index, 'verify'], message: `${good} good of ${of} samples can never be reached` },
  ]
}

function parentsInTheirTree(causes: readonly Cause[]): Finding[] {
  return causes.flatMap(({ problem, parent }, index) => {
    const above = causes.find(({ id }) => id !== undefined && id === parent)
    if (above?.problem === undefined || problem === undefined || above.problem === problem) return []
    const message = `"${parent}" belongs to the problem "${above.problem}", this one to "${problem}"`
    return [{ path: ['causes', index, 'parent'], message }]
  })
}

/** Each circle once, at the first of its causes in the file. */
function circles(causes: readonly Cause[]): Finding[] {
  const parents = new Map(causes.map(({ id, parent }) => [id, parent]))
  const told = new Set<string>()
  return causes.flatMap(({ id }, index) => {
    const way = id === undefined || told.has(id) ? undefined : wayRound(id, parents)
    if (way === undefined) return []
    for (const member of way) told.add(member)
    return [
      { path: ['causes', index, 'parent'], message: `the parents go round in a circle: ${way.join(' → ')}` },
    ]
  })
}

/** From a cause up through its parents back to itself; `undefined` when they end elsewhere. */
function wayRound(
  id: string,
  parents: ReadonlyMap<string | undefined, string | undefined>,
): string[] | undefined {
  const way = [id]
  for (let above = parents.get(id); above !== undefined; above = parents.get(above)) {
    if (above === id) return [...way, id]
    if (way.includes(above)) return undefined
    way.push(above)
  }
  return undefined
}
