import { groundsOf, nodesUnder, type CauseNode, type CauseTree } from '../investigate/cause-tree.ts'
import { item, paragraph, type BriefLine } from './brief-line.ts'
import { utc, type Sources } from './records.ts'

/** Claims that are told one by one; the others stand in the tree. */
const mostClaims = 4

/** The section: why it occurred in plain words, how sure that is, and what it was not. */
export function causeLines(sources: Sources, trees: readonly CauseTree[]): BriefLine[] {
  const occurred = trees.filter(({ problem }) => problem === 'occurred').flatMap(({ causes }) => causes)
  const nodes = occurred.flatMap(nodesUnder)
  const confirmed = endsOf(nodes, (node) => node.settled?.verdict === 'confirmed')
  const main = confirmed.length > 0 ? confirmed : endsOf(nodes, isSupported)
  const known = [...identified(sources), ...main.map((node) => mainLine(node))]
  return [
    ...(known.length > 0 ? known : [unknownLine(nodes, sources)]),
    ...untested(occurred, nodes).slice(0, mostClaims),
    ...confirmedElsewhere(trees),
    ...ruledOut(occurred),
  ]
}

/** What somebody said was wrong, as soon as they knew. */
function identified({ timeline, clean, roleOf }: Sources): BriefLine[] {
  const said = timeline.findLast(({ record }) => record.fact.type === 'identified')
  if (said === undefined) return []
  const { actor, at, summary } = said.record
  return [paragraph(`${roleOf(actor)} identified it at ${utc(at)}`, [said.id], clean(summary))]
}

function mainLine({ claim, cites, settled }: CauseNode): BriefLine {
  if (settled === null) {
    const text = `${claim}. Measurements support it; nobody has confirmed it yet`
    return { ...paragraph(text, cites), label: 'Most likely' }
  }
  return { ...paragraph(`${claim}. ${settled.by} confirmed it`, cites, settled.reason), label: 'Confirmed' }
}

function unknownLine(nodes: readonly CauseNode[], { incident }: Sources): BriefLine {
  const text =
    nodes.length === 0
      ? 'The cause is not known: no runbook proposes one, and nobody noted one'
      : 'The cause is not established: nothing that the runbook proposes is supported by measurements'
  return paragraph(`${text}. Add what you know`, [incident])
}

/** What may stand behind a cause that holds, and has no test: people settle it. */
function untested(occurred: readonly CauseNode[], nodes: readonly CauseNode[]): BriefLine[] {
  const grounds = groundsOf(occurred)
  return nodes
    .filter(({ id, status }) => {
      const ground = grounds.get(id)
      return status === 'inferred' && (ground === undefined || isSupported(ground))
    })
    .map(({ id, claim }) => item(`${claim} (${id})`, [], { label: 'To be confirmed or rejected' }))
}

/** What people confirmed of why it was seen late, mended slowly or spread. */
function confirmedElsewhere(trees: readonly CauseTree[]): BriefLine[] {
  return trees
    .filter(({ problem }) => problem !== 'occurred')
    .flatMap(({ title, causes }) =>
      causes.flatMap(nodesUnder).flatMap(({ claim, cites, settled }) =>
        settled?.verdict === 'confirmed'
          ? [
              item(`${claim}. Confirmed by ${settled.by}`, [...cites, settled.cite], {
                label: title,
                quote: settled.reason,
              }),
            ]
          : [],
      ),
    )
}

/** The topmost claims that do not hold: what lies below them is not told again. */
function ruledOut(nodes: readonly CauseNode[]): BriefLine[] {
  const top = nodes.flatMap(topRefuted)
  const rejected = top.flatMap(({ claim, cites, settled }) =>
    settled === null
      ? []
      : [item(`${claim}. ${settled.by} rejected it`, cites, { label: 'Rejected', quote: settled.reason })],
  )
  const measured = top.filter(({ settled }) => settled === null)
  if (measured.length === 0) return rejected
  const claims = measured.map(({ claim }) => `“${claim}”`).join(', ')
  const cites = measured.flatMap((node) => node.cites)
  return [...rejected, item(claims, cites, { label: 'Ruled out by measurements' })]
}

function topRefuted(node: CauseNode): CauseNode[] {
  return node.status === 'refuted' ? [node] : node.causes.flatMap(topRefuted)
}

function isSupported({ status }: CauseNode): boolean {
  return status === 'supported'
}

/** Of those that satisfy the condition, the ones with none below them that does. */
function endsOf(nodes: readonly CauseNode[], holds: (node: CauseNode) => boolean): CauseNode[] {
  return nodes.filter((node) => holds(node) && !node.causes.flatMap(nodesUnder).some(holds))
}
