import type { NewEvidence, RemediateDependencies } from '../../activities/remediate-dependencies.ts'
import type {
  ActionConfiguration,
  Check,
  Configuration,
  Metric,
} from '../../src/domain/configuration/configuration.ts'
import type { ActionAnswer, ActionCall } from '../../src/domain/remediate/remediate.ts'
import type { Effect } from '../../src/domain/remediate/remediation.ts'
import { evidenceKey } from '../../src/domain/investigate/evidence.ts'
import type { RemediationRung } from '../../src/domain/investigate/runbook.ts'
import { readEntry, type NewTimelineEntry, type TimelineEntry } from '../../src/domain/incident/timeline.ts'
import type { Series, Verdict, VerdictState } from '../../src/domain/check/verdict.ts'
import { createAttemptRecords } from '../../src/postgres/attempts.ts'
import type { Database } from '../../src/postgres/database.ts'
import { createGuardLedger } from '../../src/postgres/guard-ledger.ts'
import { createIncidentRecords } from '../../src/postgres/incidents.ts'

const minute = 60_000

export function rung(action: string, target = 'feed'): RemediationRung {
  return { action, target, timeoutMs: 1_000, verify: { good: 2, of: 3, withinMs: 10 * minute } }
}

/** What remediation acts on and looks at: a service that is sick until the right action reaches it, judged once a look. */
export interface RemediationWorld {
  /** Requests that reached the target. */
  readonly acts: ActionCall[]
  readonly probes: ActionCall[]
  readonly timeline: TimelineEntry[]
  readonly evidence: NewEvidence[]
  /** What new samples say. */
  state: VerdictState
  /** What an act does and answers; by default it is done and changes nothing. */
  onAct: (call: ActionCall) => Effect | Promise<Effect>
  onProbe: (call: ActionCall) => Effect
  /** Called before these reads and writes; throw to break one. */
  before: (
    step:
      | 'attempts.get'
      | 'guards.switches'
      | 'guards.lease'
      | 'verdicts.latest'
      | 'verdicts.since'
      | 'evidence.add',
  ) => void
}

export function createRemediationWorld(): RemediationWorld {
  return {
    acts: [],
    probes: [],
    timeline: [],
    evidence: [],
    state: 'firing',
    onAct: () => 'done',
    onProbe: () => 'unknown',
    before: () => undefined,
  }
}

/** An open incident with one firing alert of the check `likes`. */
export async function openIncident(db: Database, number: number): Promise<void> {
  const startedAt = await openIncidentWithoutAlerts(db, number)
  await db
    .insertInto('incident_alerts')
    .values({
      incident: number,
      source: 'check/feed',
      fingerprint: 'f',
      status: 'firing',
      labels,
      annotations: '{}',
      // Long enough ago that what was measured before an act is not of the bucket in which it began.
      starts_at: new Date(startedAt.getTime() - 3_600_000),
    })
    .execute()
}

const labels = JSON.stringify({ alertname: 'likes', check: 'likes', metric: 'likes', service: 'feed' })

/** The same in any version of the database. */
export async function openIncidentWithoutAlerts(db: Database, number: number): Promise<Date> {
  const startedAt = new Date()
  await db
    .insertInto('config_revisions')
    .values({ revision: 'r1', content: '{}' })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
  await db
    .insertInto('incidents')
    .values({
      number,
      grouping_key: `likes-${number}`,
      title: 'feed: likes',
      service: 'feed',
      labels,
      severity: 'P1',
      state: 'open',
      config_revision: 'r1',
      chart_token: `token-${number}`,
      started_at: startedAt,
    })
    .execute()
  return startedAt
}

export interface WorldOptions {
  /** Whether the actions have a `probeUrl`. */
  readonly probes?: boolean
  /** Whether the actions are declared idempotent. */
  readonly idempotent?: boolean
  /** Targets beside `feed` in its group. */
  readonly others?: readonly string[]
}

/** Real stores; the metrics and the service outside are the world's. */
export function remediateDependencies(
  db: Database,
  world: RemediationWorld,
  { probes = true, idempotent = false, others = [] }: WorldOptions = {},
): RemediateDependencies {
  const attempts = createAttemptRecords(db)
  const guards = createGuardLedger(db)
  const configured = configuration({ probes, idempotent }, ['feed', ...others])
  return {
    incidents: createIncidentRecords(db),
    configurations: { get: async () => configured },
    attempts: { ...attempts, get: (id) => after(world, 'attempts.get', () => attempts.get(id)) },
    guards: {
      ...guards,
      switches: () => after(world, 'guards.switches', () => guards.switches()),
      lease: (request) => after(world, 'guards.lease', () => guards.lease(request)),
    },
    verdicts: verdictsOf(world),
    executor: {
      async act(call) {
        world.acts.push(call)
        return answer(await world.onAct(call))
      },
      async probe(call) {
        world.probes.push(call)
        return answer(world.onProbe(call))
      },
    },
    timeline: {
      async append(entry) {
        const key = (one: NewTimelineEntry) => `${one.incident} ${one.eventKey}`
        if (!world.timeline.some((one) => key(one) === key(entry))) world.timeline.push(readEntry(entry))
      },
    },
    evidence: {
      add: (record) =>
        after(world, 'evidence.add', async () => {
          const kept = world.evidence.some(
            ({ incident, about }) =>
              incident === record.incident && evidenceKey(about) === evidenceKey(record.about),
          )
          if (!kept) world.evidence.push(record)
          return { ...record, number: world.evidence.length, hash: '', collectedAt: '' }
        }),
    },
    now: () => new Date(),
  }
}

async function after<Result>(
  world: RemediationWorld,
  step: Parameters<RemediationWorld['before']>[0],
  run: () => Promise<Result>,
): Promise<Result> {
  world.before(step)
  return run()
}

function answer(effect: Effect): ActionAnswer {
  return { effect, summary: `it says ${effect}`, body: 'said', truncated: false }
}

/** Each look at the time since an act finds one sample more. */
function verdictsOf(world: RemediationWorld): RemediateDependencies['verdicts'] {
  const samples = new Map<string, VerdictState[]>()
  return {
    latest: (series) =>
      after(world, 'verdicts.latest', async () =>
        series.map((one) => verdict(one, Date.now() - minute, world.state)),
      ),
    since: (series, at) =>
      after(world, 'verdicts.since', async () => {
        const states = [...(samples.get(at) ?? []), world.state]
        samples.set(at, states)
        return states.flatMap((state, index) =>
          series.map((one) => verdict(one, Date.parse(at) + index * minute, state)),
        )
      }),
  }
}

function verdict({ check, metric, slice, group }: Series, atMs: number, state: VerdictState): Verdict {
  const [value, diff] = state === 'firing' ? [3, 0.6] : [8.7, 0.02]
  const baselines = [{ kind: 'before' as const, daysAgo: 1, value: 8.9, diff }]
  const bucketAt = new Date(atMs).toISOString()
  return { check, metric, slice, group, bucketAt, state, reason: 'deviates', value, baselines }
}

function configuration(
  { probes, idempotent }: Required<Pick<WorldOptions, 'probes' | 'idempotent'>>,
  targets: readonly string[],
): Configuration {
  const url = 'http://127.0.0.1:1/'
  const action: ActionConfiguration = {
    kind: 'http',
    url,
    timeoutMs: 1_000,
    ...(probes ? { probeUrl: url } : {}),
    ...(idempotent ? { idempotent } : {}),
  }
  const actions = { flush: action, restart: action }
  const configured: Partial<Configuration> = {
    revision: 'r1',
    checks: { likes: { name: 'likes', bucketMs: minute, lateMs: 0, everyMs: minute } as Check },
    metrics: { likes: { title: 'Likes per user' } as Metric },
    targets: Object.fromEntries(
      targets.map((name) => [name, { name, service: 'feed', group: 'feeds', actions }]),
    ),
  }
  return configured as Configuration
}
