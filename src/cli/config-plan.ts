import { loadConfiguration } from '../config/load.ts'
import type { Verdict } from '../domain/check/verdict.ts'
import type { Configuration } from '../domain/configuration/configuration.ts'
import { canonicalJson } from '../domain/values/canonical-json.ts'
import { type ConfigurationPlan, planConfiguration, type Standing } from '../domain/configuration/plan.ts'
import { type ApiClient, connectApi } from './api-client.ts'
import { planText } from './config-plan-words.ts'
import { nowValue } from './on-call-now.ts'
import { type CommandOutput, spanValue } from './on-call-reading.ts'
import { readerZone } from './on-call-source.ts'

export interface PlanOptions {
  readonly data: string
  /** Compares with this file instead of the running Firewatch. */
  readonly config?: string
  readonly timeZone?: string
  readonly json?: boolean
}

/** A plan, and the number of the wanted revision that it was made under. */
export interface PlannedFile {
  readonly plan: ConfigurationPlan
  readonly wanted: number
}

/** What a file changes against what runs. @throws ConfigurationError, CommandFailed */
export async function makePlan(
  file: string,
  options: PlanOptions,
  env: NodeJS.ProcessEnv,
  now: number,
): Promise<PlannedFile> {
  const edited = await loadConfiguration(file)
  if (options.config !== undefined) {
    const before = await loadConfiguration(options.config)
    return { plan: planConfiguration(before, edited, nothingStands, new Map(), now), wanted: 0 }
  }
  const api = await connectApi(options.data, env)
  const { configuration, standing, wanted } = await api.get<Running>('/api/v1/configuration')
  const newest = await newestOf(api, configuration, edited)
  return { plan: planConfiguration(configuration, edited, standing, newest, now), wanted }
}

/** A plan for people and programs. */
export function tellPlan(plan: ConfigurationPlan, file: string, options: PlanOptions): CommandOutput {
  const timeZone = readerZone(options, plan)
  return {
    value: {
      ...plan,
      changed: plan.from !== plan.to,
      now: plan.now.map((one) => nowValue(one, timeZone)),
      shifts: plan.shifts.map(({ schedule, changes }) => ({
        schedule,
        changes: changes.map((one) => ({ ...one, ...spanValue(one, { timeZone }) })),
      })),
    },
    text: planText(plan, file, timeZone),
  }
}

interface Running {
  readonly configuration: Configuration
  readonly standing: Standing
  readonly wanted: number
}

const nothingStands: Standing = { changes: [], incidents: [], pages: [], credentials: [] }

/** The newest verdicts of checks that are removed or judge otherwise. */
async function newestOf(api: ApiClient, before: Configuration, after: Configuration) {
  const names = Object.keys(before.checks).filter(
    (name) => canonicalJson(before.checks[name]) !== canonicalJson(after.checks[name]),
  )
  const newest = new Map<string, readonly Verdict[]>()
  for (const name of names) {
    const { series } = await api.get<{ series: readonly { verdicts: readonly Verdict[] }[] }>(
      `/api/v1/checks/${encodeURIComponent(name)}/verdicts`,
    )
    newest.set(
      name,
      series.flatMap(({ verdicts }) => verdicts.at(-1) ?? []),
    )
  }
  return newest
}
