import { cutText } from '../src/domain/page/delivery.ts'
import {
  evaluate,
  metricQuestions,
  unknownVerdicts,
  watchedSources,
  watchOf,
} from '../src/domain/check/check.ts'
import { isQuiet } from '../src/domain/check/buckets.ts'
import {
  concludeRetired,
  concludeRun,
  type CheckRun,
  type Conclusion,
  type MeasuredCheck,
  type RunConclusion,
  type SeriesStanding,
  type SourceSighting,
  type Standings,
} from '../src/domain/check/run.ts'
import type { CheckShard } from '../src/domain/check/shards.ts'
import type { Check, Configuration } from '../src/domain/configuration/configuration.ts'
import type { UnsettledVerdict, VerdictState } from '../src/domain/check/verdict.ts'
import { type Answer, ask, longestError, type MetricSource } from './check-questions.ts'

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

export type CheckActivities = ReturnType<typeof createCheckActivities>

/** The deeds of a check: measure, evaluate, and store what became of every series. */
export function createCheckActivities({ metrics, runs, configuration, now }: CheckDependencies) {
  async function store(run: CheckRun, current: Configuration): Promise<ShardResult> {
    const { alerts, verdicts } = await runs.record(run, (before) => concludeRun(run, before, current))
    // Replaced while this ran: what it has just stored of a check that was removed would fire for ever.
    if (configuration() !== current) await retire(configuration())
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

  async function retire(current: Configuration): Promise<number> {
    const configured = { checks: Object.keys(current.checks), sources: watchedSources(current) }
    const at = now().toISOString()
    const { alerts } = await runs.retire(configured, (orphans) => concludeRetired(orphans, at))
    return alerts.length
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
      const measured = checks.map((check) => measuredOf(check, answers))
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
      return { alerts: await retire(configuration()) }
    },
  }
}

function verdictsOf(answer: Answer, configuration: Configuration): UnsettledVerdict[] {
  return answer.checks.flatMap((check) =>
    'measured' in answer
      ? evaluate(check, answer.question, answer.measured, configuration)
      : unknownVerdicts(check, answer.question, configuration, answer.missing),
  )
}

/** What is missing explains a failure only where no part of the check could be measured and nothing else went wrong. */
function measuredOf(check: Check, answers: readonly Answer[]): MeasuredCheck {
  const own = answers.filter(({ checks }) => checks.includes(check))
  const failed = own.flatMap((answer) => ('error' in answer ? [answer] : []))
  const first = failed.find(({ missing }) => missing === undefined) ?? failed[0]
  if (first === undefined) return { check, error: null }
  const { error, missing } = first
  return { check, error, ...(missing === undefined || failed.length < own.length ? {} : { missing }) }
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
    if (seen.get(source.name)?.state === 'alive') continue
    const silent = async () => ((await metrics.hasAnyRow(source)) ? 'silent' : 'empty')
    const state = alive ? 'alive' : quiet ? 'unknown' : await silent()
    seen.set(source.name, { source: source.name, ...watch, state })
  }
  return [...seen.values()]
}
