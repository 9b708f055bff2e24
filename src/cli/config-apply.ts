import { setTimeout as delay } from 'node:timers/promises'
import type { ConfigurationPlan } from '../domain/configuration/plan.ts'
import type { ConfigurationStatus } from '../domain/configuration/process.ts'
import { type ApiClient, CommandFailed, connectApi, exitCodes } from './api-client.ts'
import { canAsk, isConfirmed } from './confirmation.ts'
import { makePlan, type PlannedFile, type PlanOptions, tellPlan } from './config-plan.ts'
import { processesText, runsWanted } from './config-status.ts'
import type { CommandOutput } from './on-call-reading.ts'
import { readerZone } from './on-call-source.ts'
import { tell } from './terminal.ts'

export interface ApplyOptions extends Omit<PlanOptions, 'config'> {
  readonly yes?: boolean
}

/** A process reads its file within a moment; one whose file is mounted from elsewhere may have to wait for it. */
const answerWithinMs = 60_000
const askEveryMs = 300

/**
 * Shows what a file changes, asks, and has the server and the workers take it up.
 * @throws CommandFailed when nothing was changed, or some of them still run the old one; its message says which
 */
export async function applyFile(
  file: string,
  options: ApplyOptions,
  env: NodeJS.ProcessEnv,
  now: number,
): Promise<CommandOutput> {
  if (options.yes !== true && !canAsk())
    throw new CommandFailed(
      'config apply asks before it changes anything, and there is nobody to ask here: say --yes',
      exitCodes.usage,
    )
  const planned = await makePlan(file, options, env, now)
  const { plan } = planned
  const { text, value } = tellPlan(plan, file, options)
  if (plan.from === plan.to) return { text, value: { plan: value, applied: false } }
  if (options.json !== true) tell(text)
  if (options.yes !== true && !(await isConfirmed(`\nApply revision ${plan.to}?`)))
    throw new CommandFailed('nothing was changed', exitCodes.refused)
  const api = await connectApi(options.data, env)
  await ask(api, planned)
  const status = await untilAllRun(api, plan.to)
  return report(plan, status, value, readerZone(options, plan))
}

async function ask(api: ApiClient, { plan, wanted }: PlannedFile): Promise<void> {
  try {
    await api.post('/api/v1/configuration/apply', {
      revision: plan.to,
      against: plan.from,
      insteadOf: wanted,
    })
  } catch (error) {
    if (error instanceof CommandFailed && error.refusal?.code === 'configuration-invalid')
      throw new CommandFailed(error.message, exitCodes.invalidConfiguration, error.refusal)
    throw error
  }
}

/** Answers early when all of them run it. */
async function untilAllRun(api: ApiClient, revision: string): Promise<ConfigurationStatus> {
  const deadline = Date.now() + answerWithinMs
  for (;;) {
    const status = await api.get<ConfigurationStatus>('/api/v1/configuration/status')
    const isOver = status.wanted?.revision !== revision || Date.now() > deadline
    if (isOver || status.processes.every((one) => runsWanted(one, status))) return status
    await delay(askEveryMs)
  }
}

function report(
  plan: ConfigurationPlan,
  status: ConfigurationStatus,
  value: unknown,
  timeZone: string,
): CommandOutput {
  const late = status.processes.filter(({ revision }) => revision !== plan.to)
  const text = [`applied: revision ${plan.from} -> ${plan.to}`, processesText(status, timeZone)].join('\n')
  if (late.length === 0) return { text, value: { plan: value, applied: true, processes: status.processes } }
  const reasons = late.map(
    ({ kind, host, pid, revision, problem }) =>
      `${kind} ${host}/${pid} still runs revision ${revision}${problem === null ? '' : `: ${problem}`}`,
  )
  throw new CommandFailed([text, ...reasons].join('\n'), exitCodes.refused)
}
