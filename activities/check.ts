import { cutText } from '../src/domain/page/delivery.ts'
import {
  apartBySlice,
  evaluate,
  questionOf,
  metricQuestions,
  unknownVerdicts,
  watchedSources,
  watchOf,
  type AskedQuestion,
  type Measured,
  type MetricQuestion,
} from '../src/domain/check/check.ts'
import { isQuiet } from '../src/domain/check/buckets.ts'
import {
  concludeRetired,
  concludeRun,
  type CheckRun,
  type Conclusion,
  type RunConclusion,
  type SeriesStanding,
  type SourceSighting,
  type Standings,
} from '../src/domain/check/run.ts'
import type { CheckShard } from '../src/domain/check/shards.ts'
import { errorMessage } from '../src/domain/values/error-message.ts'
import type { Check, Configuration, SourceTable } from '../src/domain/configuration/configuration.ts'
import type { UnsettledVerdict, VerdictState } from '../src/domain/check/verdict.ts'

/** Where measurements come from. */
export interface MetricSource {
  measure(question: MetricQuestion): Promise<Measured>
  /** Whether the source has any row in a stretch of time, epoch milliseconds, half-open. */
  hasRows(source: SourceTable, from: number, to: number): Promise<boolean>
  /** True when nobody answered, so that asking again may help; false when the question itself was refused. */
  isUnavailable(error: unknown): boolean
}

/** Keeps what a run found out, all of it or nothing. */
export interface CheckRunStore {
  record(run: CheckRun, decide: (before: Standings) => RunConclusion): Promise<RunConclusion>
  retire(
    configured: { readonly checks: readonly string[]; readonly sources: readonly string[] },
    decide: (orphans: readonly SeriesStanding[]) => Conclusion,
  ): Promise<Conclusion>
}

export interface CheckDependencies {
  readonly metrics: MetricSource
  readonly runs: CheckRunStore
  /** As it is now: a shard names its checks, and one that was removed since is passed over. */
  readonly configuration: () => Configuration
  readonly now: () => Date
}

export interface ShardRun {
  readonly shard: Pick<CheckShard, 'id' | 'checks'>
  /** When the run was due, ISO 8601 in UTC, by the clock that set it off: a worker whose clock is slow must not miss the bucket. */
  readonly startedAt: string
}

/** What a run came to, small enough for a workflow's history. */
export interface ShardResult {
  readonly ok: number
  readonly firing: number
  readonly unknown: number
  readonly alerts: number
  /** Events of the first alerts that began or ended. */
  readonly transitions: readonly string[]
}

const mostNamed = 20
const longestError = 500

export type CheckActivities = ReturnType<typeof createCheckActivities>

/** The deeds of a check: measure, evaluate, and store what became of every series. */
export function createCheckActivities({ metrics, runs, configuration, now }: CheckDependencies) {
  async function store(run: CheckRun, current: Configuration): Promise<ShardResult> {
    const { alerts, verdicts } = await runs.record(run, (before) => concludeRun(run, before, current))
    const count = (state: VerdictState) => verdicts.filter((verdict) => verdict.state === state).length
    const transitions = alerts.slice(0, mostNamed).map(({ eventId }) => eventId)
    return {
      ok: count('ok'),
      firing: count('firing'),
      unknown: count('unknown'),
      alerts: alerts.length,
      transitions,
    }
  }

  function begin({ shard, startedAt }: ShardRun) {
    const current = configuration()
    const at = Math.max(now().getTime(), Date.parse(startedAt))
    const checks = shard.checks.flatMap((name) => current.checks[name] ?? [])
    return { current, at, checks, run: { at: new Date(at).toISOString(), checks } }
  }

  return {
    /**
     * Judges every series of a shard. A check whose own query is refused comes to `unknown`; the others are judged all the same.
     * @throws when the metrics cannot be reached at all
     */
    async runCheckShard(shardRun: ShardRun): Promise<ShardResult> {
      const { current, at, checks, run } = begin(shardRun)
      const answers: Answer[] = []
      for (const asked of metricQuestions(checks, current, at))
        answers.push(...(await ask(asked, at, current, metrics)))
      const verdicts = answers.flatMap((answer) => verdictsOf(answer, current))
      const measured = checks.map((check) => ({ check, error: errorOf(check, answers) }))
      const sources = await sightings(answers, current, metrics)
      return store({ ...run, verdicts, measured, sources }, current)
    },

    /** For when the metrics could not be reached: every series is `unknown`, and the checks say that they cannot measure. */
    async recordUnmeasured({
      error,
      ...shardRun
    }: ShardRun & { readonly error: string }): Promise<ShardResult> {
      const { current, at, checks, run } = begin(shardRun)
      const verdicts = metricQuestions(checks, current, at).flatMap(({ question, checks: asking }) =>
        asking.flatMap((check) => unknownVerdicts(check, question, current)),
      )
      const measured = checks.map((check) => ({ check, error: cutText(error, longestError) }))
      return store({ ...run, verdicts, measured, sources: [] }, current)
    },

    /** Ends the alerts of checks and sources that the configuration does not have any more. Called whenever it has changed. */
    async retireChecks(): Promise<{ readonly alerts: number }> {
      const current = configuration()
      const configured = { checks: Object.keys(current.checks), sources: watchedSources(current) }
      const at = now().toISOString()
      const { alerts } = await runs.retire(configured, (orphans) => concludeRetired(orphans, at))
      return { alerts: alerts.length }
    },
  }
}

/** A question with what came back: measurements, or why there are none. */
type Answer = AskedQuestion & ({ readonly measured: Measured } | { readonly error: string })

/**
 * Asks for everything at once; when that is refused, for less and less: each check, each of its metrics, each slice alone. So one wrong
 * expression, or one that throws at a row, blinds nothing but itself.
 */
async function ask(
  asked: AskedQuestion,
  at: number,
  configuration: Configuration,
  metrics: MetricSource,
): Promise<Answer[]> {
  const { question, checks } = asked
  let refused: string
  try {
    return [{ ...asked, measured: await metrics.measure(question) }]
  } catch (error) {
    if (metrics.isUnavailable(error)) throw error
    refused = cutText(errorMessage(error), longestError)
  }
  const askEach = async (questions: readonly AskedQuestion[]) => {
    const answers: Answer[] = []
    for (const one of questions) answers.push(...(await ask(one, at, configuration, metrics)))
    return answers
  }
  if (checks.length > 1) {
    return askEach(
      checks.map((check) => ({
        question: questionOf(question.source, [check], configuration, at),
        checks: [check],
      })),
    )
  }
  if (question.metrics.length > 1)
    return askEach(
      question.metrics.map((metric) => ({ question: { ...question, metrics: [metric] }, checks })),
    )
  return question.slices.length === 0 || question.totalLeftOut === true
    ? [{ ...asked, error: `metric "${question.metrics[0]?.name}"${sliceWords(question)}: ${refused}` }]
    : askEach(apartBySlice(question).map((part) => ({ question: part, checks })))
}

function sliceWords({ slices: [slice] }: MetricQuestion): string {
  return slice === undefined ? '' : `, slice "${slice.name}"`
}

function verdictsOf(answer: Answer, configuration: Configuration): UnsettledVerdict[] {
  return answer.checks.flatMap((check) =>
    'measured' in answer
      ? evaluate(check, answer.question, answer.measured, configuration)
      : unknownVerdicts(check, answer.question, configuration),
  )
}

function errorOf(check: Check, answers: readonly Answer[]): string | null {
  const failed = answers.find((answer) => 'error' in answer && answer.checks.includes(check))
  return failed !== undefined && 'error' in failed ? failed.error : null
}

/** Looks further back only where the newest bucket is empty. Nothing is said of a source whose checks are all quiet. */
async function sightings(
  answers: readonly Answer[],
  configuration: Configuration,
  metrics: MetricSource,
): Promise<SourceSighting[]> {
  const seen = new Map<string, SourceSighting>()
  for (const answer of answers) {
    if (!('measured' in answer)) continue
    const { source, bucketAt, bucketMs } = answer.question
    const watch = watchOf(source.name, configuration)
    const end = bucketAt + bucketMs
    const quiet = answer.checks.every((check) => isQuiet(check, bucketAt, configuration.timeZone))
    const alive =
      answer.measured.rowsIn(bucketAt) > 0 ||
      (!quiet && (await metrics.hasRows(source, end - watch.silentAfterMs, end)))
    const state = alive ? 'alive' : quiet ? 'unknown' : 'silent'
    if (seen.get(source.name)?.state !== 'alive')
      seen.set(source.name, { source: source.name, ...watch, state })
  }
  return [...seen.values()]
}
