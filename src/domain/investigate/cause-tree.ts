import type { CauseVerdict } from '../facts/fact.ts'
import { testCause, type CauseStatus, type Tested } from './cause-test.ts'
import { capitalised } from '../values/text.ts'
import { statement, type Sources, type Statement } from '../post-mortem/records.ts'
import type { ReviewTimes } from '../post-mortem/times.ts'
import type { CauseEdge, CauseProblem, CauseTemplate } from './runbook.ts'

/** A person's word on a cause. */
export interface SettledCause {
  readonly verdict: CauseVerdict
  /** Whose word it is: `Responder A`. */
  readonly by: string
  /** ISO 8601 in UTC. */
  readonly at: string
  readonly reason: string
  readonly cite: string
}

export interface CauseNode {
  readonly id: string
  readonly edge: CauseEdge
  readonly claim: string
  readonly status: CauseStatus
  /** What the test found, or why there is no answer. */
  readonly because: string
  readonly cites: readonly string[]
  /** What a person said of it after the end; that decides the status, and `because` stays what the test found. */
  readonly settled: SettledCause | null
  /** Counter-checks of the edge that the evidence allows. */
  readonly counterChecks: readonly Statement[]
  readonly causes: readonly CauseNode[]
}

/** One tree per problem: an answer to "why" may have several siblings. */
export interface CauseTree {
  readonly problem: CauseProblem
  readonly title: string
  readonly statement: Statement
  readonly causes: readonly CauseNode[]
  /** Why it has no branch, where it has none. */
  readonly noBranch: string | null
}

export interface Causes {
  readonly trees: readonly CauseTree[]
  readonly conflicts: readonly Statement[]
}

const problems: readonly { readonly problem: CauseProblem; readonly title: string }[] = [
  { problem: 'occurred', title: 'Why did it occur?' },
  { problem: 'detected-late', title: 'Why was it not detected sooner?' },
  { problem: 'mitigated-slowly', title: 'Why was it not mitigated sooner?' },
  { problem: 'impact-spread', title: 'Why did it spread as far as it did?' },
]

/** Cause trees from the runbook's proposals, each node judged by evidence. Refuted nodes stay, so that nobody follows them twice. */
export function causesOf(sources: Sources, times: ReviewTimes, impact: readonly Statement[]): Causes {
  const proposed = sources.records.runbook?.causes ?? []
  const templates = proposed.filter(
    ({ id }, index) => proposed.findIndex((other) => other.id === id) === index,
  )
  const tested = new Map(templates.map((template) => [template.id, testCause(template, sources)]))
  const trees = problems.flatMap(({ problem, title }) => {
    const roots = rootsOf(templates, problem)
    if (roots.length === 0 && problem !== 'occurred') return []
    const causes = roots.map((root) => nodeOf(root, templates, tested, sources))
    return [
      {
        problem,
        title,
        statement: problemStatement(problem, sources, times, impact),
        causes,
        noBranch: whyNoBranch(causes),
      },
    ]
  })
  const placed = new Set(trees.flatMap(({ causes }) => causes.flatMap(nodesUnder)).map(({ id }) => id))
  const loose = templates.filter(({ id }) => !placed.has(id))
  return {
    trees,
    conflicts: [
      ...[...tested.values()].flatMap(({ conflicts }) => conflicts),
      ...trees.flatMap(({ causes }) => causes.flatMap((node) => contradictions(node))),
      ...loose.map(({ id }) =>
        statement(`Cause ${id} of the runbook hangs on no root and is not shown`, [sources.incident]),
      ),
    ],
  }
}

/** The node and everything below it. */
export function nodesUnder(node: CauseNode): CauseNode[] {
  return [node, ...node.causes.flatMap(nodesUnder)]
}

/**
 * What an inferred node hangs on: the nearest node above it that was tested. A claim without a test stands no better than that one does.
 */
export function groundsOf(nodes: readonly CauseNode[], above?: CauseNode): Map<string, CauseNode> {
  const found = new Map<string, CauseNode>()
  for (const node of nodes) {
    if (node.status === 'inferred' && above !== undefined) found.set(node.id, above)
    const below = groundsOf(node.causes, node.status === 'inferred' ? above : node)
    for (const [id, ground] of below) found.set(id, ground)
  }
  return found
}

/** Where the branches of a tree end: refuted nodes are no causes, so a branch ends above them. */
export function endCauses(nodes: readonly CauseNode[]): CauseNode[] {
  return nodes
    .filter(({ status }) => status !== 'refuted')
    .flatMap((node) => {
      const deeper = endCauses(node.causes)
      return deeper.length > 0 ? deeper : [node]
    })
}

function rootsOf(templates: readonly CauseTemplate[], problem: CauseProblem): CauseTemplate[] {
  return templates.filter((template) => template.problem === problem && template.parent === undefined)
}

function nodeOf(
  template: CauseTemplate,
  templates: readonly CauseTemplate[],
  tested: ReadonlyMap<string, Tested>,
  sources: Sources,
): CauseNode {
  const { status, because, cites, counterChecks } = tested.get(template.id) ?? testCause(template, sources)
  const settled = settledIn(template.id, sources)
  return {
    id: template.id,
    edge: template.edge,
    claim: sources.clean(template.claim),
    status: settled === null ? status : statusOf[settled.verdict],
    because: sources.clean(because),
    cites: settled === null ? cites : [...cites, settled.cite],
    settled,
    counterChecks,
    causes: templates
      .filter(({ parent }) => parent === template.id)
      .map((child) => nodeOf(child, templates, tested, sources)),
  }
}

const statusOf: Readonly<Record<CauseVerdict, CauseStatus>> = { confirmed: 'supported', rejected: 'refuted' }

/** Whoever says it again corrects it. */
function settledIn(cause: string, { timeline, clean, roleOf }: Sources): SettledCause | null {
  for (const { id, record } of timeline.toReversed()) {
    const { fact, actor, at } = record
    if (fact.type !== 'cause-settled' || fact.cause !== cause) continue
    return { verdict: fact.verdict, by: roleOf(actor), at, reason: clean(fact.reason), cite: id }
  }
  return null
}

/** Causes of which a person is still to say whether they hold: nothing measured it, nor ruled out what they hang on. */
export function unsettledCauses(trees: readonly CauseTree[]): CauseNode[] {
  return trees.flatMap(({ causes }) => {
    const grounds = groundsOf(causes)
    return causes
      .flatMap(nodesUnder)
      .filter(
        ({ id, status, settled }) =>
          settled === null &&
          (status === 'inferred' || status === 'unknown') &&
          grounds.get(id)?.status !== 'refuted',
      )
  })
}

function problemStatement(
  problem: CauseProblem,
  sources: Sources,
  times: ReviewTimes,
  impact: readonly Statement[],
): Statement {
  const took = (name: string) => {
    const duration = times.durations.find((candidate) => candidate.name === name)
    return statement(`${capitalised(name)}: ${duration?.text ?? 'not recorded'}`, [sources.incident])
  }
  switch (problem) {
    case 'occurred':
      return (
        impact[0] ??
        statement('Its alerts fired; how far from normal is not recorded', [
          sources.incident,
          ...sources.alerts.map(({ id }) => id),
        ])
      )
    case 'detected-late':
      return took('time to detect')
    case 'mitigated-slowly':
      return took('time to mitigate')
    case 'impact-spread':
      return statement(`Alerts that fired: ${sources.alerts.length}`, [
        sources.incident,
        ...sources.alerts.map(({ id }) => id),
      ])
  }
}

function whyNoBranch(causes: readonly CauseNode[]): string | null {
  const branches = (nodes: readonly CauseNode[]): boolean =>
    nodes.length > 1 || nodes.some((node) => branches(node.causes))
  if (branches(causes)) return null
  return causes.length === 0
    ? 'No branch: no runbook proposes a cause for it, and none is invented'
    : 'No branch: the runbook proposes one line of causes, and the records show no second one'
}

/** A cause that is supported below one that is refuted needs a person to look. */
function contradictions(node: CauseNode): Statement[] {
  const here = node.causes
    .filter(({ status }) => node.status === 'refuted' && status === 'supported')
    .map((child) =>
      statement(
        `Cause ${child.id} is supported although ${node.id}, which it is said to lead to, is refuted`,
        [...child.cites, ...node.cites],
      ),
    )
  return [...here, ...node.causes.flatMap(contradictions)]
}
