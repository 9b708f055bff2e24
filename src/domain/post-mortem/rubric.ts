import { blamingWords, endsAtPerson } from './blameless.ts'
import { endCauses, nodesUnder, type CauseNode } from '../investigate/cause-tree.ts'
import { formatDuration } from '../values/duration.ts'
import { ownProse, type ReviewDraft } from './draft.ts'
import { holdsSecret, peopleNamedIn } from './redaction.ts'
import { citableIds, utc, type Sources, type Statement } from './records.ts'
import { elapsedMs } from './times.ts'
import { actionProblems } from './action-problems.ts'

/** One yes or no about the draft; `detail` says what is missing. */
export interface RubricAnswer {
  readonly number: number
  readonly check: string
  readonly passed: boolean
  readonly detail: string
}

/** Names what is wrong; an empty list is a yes. */
type Check = (draft: ReviewDraft, sources: Sources) => readonly string[]

const checks: readonly (readonly [string, Check])[] = [
  ['Summary states what, when, who was hit and how long', checkSummary],
  [
    'Impact is quantified, or said to be not recorded',
    ({ impact }) => (impact.quantified.length + impact.notRecorded.length > 0 ? [] : ['impact says nothing']),
  ],
  ['Start, detected, acknowledged, mitigated and resolved are separate, in UTC and in order', checkMoments],
  ['Every duration recomputes from its timestamps', checkDurations],
  [
    'Timeline begins before or with the impact',
    ({ timeline }, { records }) =>
      Date.parse(timeline[0]?.at ?? '') <= Date.parse(records.incident.startedAt)
        ? []
        : ['its first item is later than the start'],
  ],
  ['Every timeline item has evidence or its record', ({ timeline }, sources) => uncited(timeline, sources)],
  ['Every causal claim has evidence or is marked inferred or unknown', checkClaims],
  ['Each tree has a branch, or says why it has none', checkBranches],
  ['No branch ends at a person or "error"', checkEnds],
  [
    'Detection and response are analysed, not only the trigger',
    ({ response }, sources) => [
      ...(response.detection.length * response.response.length > 0 ? [] : ['one of them is empty']),
      ...uncited([...response.detection, ...response.response], sources),
    ],
  ],
  ['Each remediation has a before and after', checkAttempts],
  ['Conflicts and unknowns are listed', checkDoubts],
  [
    'What went well is told, and luck where there was any',
    ({ response }) =>
      response.wentWell.length > 0 ? [] : ['nothing that went well is recorded; add what you saw'],
  ],
  ['Each action has verb, scope, done-when, one owner, due date and cause', checkActions],
  [
    'Prevent, detect and mitigate are considered; every end cause has an action or an accepted risk',
    checkCoverage,
  ],
  ['No blaming words, names or secrets', checkWords],
]

/** The sixteen questions of a reviewer, asked of every draft. */
export function runRubric(draft: ReviewDraft, sources: Sources): RubricAnswer[] {
  return checks.map(([check, ask], index) => {
    const problems = [...new Set(ask(draft, sources))]
    return { number: index + 1, check, passed: problems.length === 0, detail: problems.join('; ') }
  })
}

function checkSummary({ brief, times, impact }: ReviewDraft): string[] {
  const unknown = (name: string) => times.durations.find((duration) => duration.name === name)?.ms ?? null
  return [
    ...(brief.summary.length >= 2 ? [] : ['it does not say what happened']),
    ...(times.moments.some(({ name, at }) => name === 'started' && at !== null)
      ? []
      : ['when it began is not recorded']),
    ...(impact.hit === null ? ['who was hit is not recorded'] : []),
    ...(unknown('time to mitigate') === null ? ['how long it lasted is not known'] : []),
  ]
}

function checkMoments({ times }: ReviewDraft): string[] {
  const required = ['started', 'detected', 'acknowledged', 'mitigated', 'resolved']
  const missing = required.filter((name) => !times.moments.some((moment) => moment.name === name))
  const notUtc = times.moments.filter(({ at, text }) => at !== null && text !== utc(at))
  return [
    ...missing,
    ...notUtc.map(({ name }) => `${name} is not in UTC`),
    ...times.problems.map(({ text }) => text),
  ]
}

function checkDurations({ times }: ReviewDraft): string[] {
  return times.durations.flatMap(({ name, fromAt, toAt, ms, text }) => {
    if (ms === null) return []
    if (fromAt === null || toAt === null) return [`${name} lacks a timestamp`]
    return ms === elapsedMs(fromAt, toAt) && ms >= 0 && text === formatDuration(ms)
      ? []
      : [`${name} does not recompute`]
  })
}

function checkClaims({ trees }: ReviewDraft, sources: Sources): string[] {
  const ids = citableIds(sources)
  const judged = allNodes(trees).filter(({ status }) => status === 'supported' || status === 'refuted')
  return judged
    .filter(({ cites }) => cites.length === 0 || !cites.every((id) => ids.has(id)))
    .map(({ id }) => `cause ${id} has no evidence`)
}

function checkBranches({ trees }: ReviewDraft): string[] {
  const branches = (nodes: readonly CauseNode[]): boolean =>
    nodes.length > 1 || nodes.some(({ causes }) => branches(causes))
  return trees
    .filter(({ causes, noBranch }) => !branches(causes) && noBranch === null)
    .map(({ title }) => title)
}

function checkEnds({ trees }: ReviewDraft): string[] {
  return trees.flatMap(({ causes }) =>
    endCauses(causes)
      .filter(({ claim }) => endsAtPerson(claim))
      .map(({ id }) => `cause ${id} ends there`),
  )
}

function checkAttempts({ attempts }: ReviewDraft): string[] {
  const unmeasured = attempts.filter(
    ({ acted, before, after }) => acted && (before === null || after === null),
  )
  return unmeasured.map(({ id }) => `${id} was not measured before and after`)
}

function checkDoubts({ times, trees, doubts }: ReviewDraft): string[] {
  const { unknowns } = doubts
  const moments = times.moments
    .filter(({ at }) => at === null)
    .filter(({ name }) => !unknowns.some(({ moment }) => moment === name) && times.problems.length === 0)
  const causes = allNodes(trees).filter(
    ({ id, status }) => status === 'unknown' && !unknowns.some(({ cause }) => cause === id),
  )
  return [
    ...moments.map(({ name }) => `${name} is not listed`),
    ...causes.map(({ id }) => `cause ${id} is not listed`),
  ]
}

function checkActions({ actions, trees }: ReviewDraft): string[] {
  const causes = new Set(allNodes(trees).map(({ id }) => id))
  if (actions.proposed.length === 0) return ['no action is proposed']
  return actions.proposed.flatMap((action) =>
    actionProblems(action, causes).map((problem) => `${action.id} ${problem}`),
  )
}

function checkCoverage({ actions }: ReviewDraft): string[] {
  const types = ['prevent', 'detect', 'mitigate'] as const
  const absent = types.filter((type) => !actions.proposed.some((action) => action.type === type))
  return [
    ...absent.map((type) => `no action to ${type}`),
    ...actions.openRisks.map(({ cause }) => `cause ${cause} has neither an action nor an accepted risk`),
  ]
}

function checkWords(draft: ReviewDraft, { people }: Sources): string[] {
  // Owners are accountable by name; everybody else has a role.
  const actions = {
    ...draft.actions,
    proposed: draft.actions.proposed.map((action) => ({ ...action, owner: null })),
  }
  const texts = textsIn({ ...draft, actions, brief: { ...draft.brief, actions: [] } })
  const named = texts.some((text) => peopleNamedIn(text, people).length > 0)
  return [
    ...ownProse(draft)
      .flatMap(blamingWords)
      .map((word) => `"${word}" blames`),
    ...(named ? ['a person is named'] : []),
    ...(texts.some(holdsSecret) ? ['a secret is shown'] : []),
  ]
}

function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : []
}

function uncited(statements: readonly Statement[], sources: Sources): string[] {
  const ids = citableIds(sources)
  return statements
    .filter(({ cites }) => cites.length === 0 || !cites.every((id) => ids.has(id)))
    .map(({ text }) => `"${text}" rests on nothing`)
}

function allNodes(trees: ReviewDraft['trees']): CauseNode[] {
  return trees.flatMap(({ causes }) => causes.flatMap(nodesUnder))
}
