import { setTimeout as delay } from 'node:timers/promises'
import { formatProblems } from '../config/problems.ts'
import type { ConfigurationProcess } from '../domain/configuration/process.ts'
import { errorMessage } from '../domain/values/error-message.ts'
import { createAuditLog } from '../postgres/audit-log.ts'
import { openDatabase } from '../postgres/database.ts'
import { auditHangup, type Hangup } from './hangup-audit.ts'
import { readConfiguration } from './read-configuration.ts'
import { createRecords, type Records } from './records.ts'
import type { Settings } from './settings.ts'

export interface UpReloadParts {
  readonly settings: Pick<Settings, 'configPath' | 'databaseUrl' | 'runId'>
  readonly env: NodeJS.ProcessEnv
  readonly tell: (line: string) => void
}

/** For server and worker together; each reads its file within a moment. */
const answerWithinMs = 30_000
const askEveryMs = 200

/**
 * `up` reads its file again and wants of its server and worker what it says. It tells them through the database and not by a signal: one that is just starting
 * would die of that. Never rejects: whatever is wrong is told, and the old configuration goes on running.
 */
export async function reloadUp(parts: UpReloadParts): Promise<void> {
  const database = openDatabase(parts.settings.databaseUrl, 1)
  try {
    const auditLog = createAuditLog(database.db, (_entries, reason) =>
      parts.tell(`the audit log does not have that the configuration was reloaded: ${errorMessage(reason)}`),
    )
    await reload(
      parts,
      createRecords(database.db, () => new Date()),
      (hangup) => auditHangup(auditLog, 'up', hangup, new Date()),
    )
  } catch (error) {
    parts.tell(`the configuration was not reloaded, the old one goes on running: ${errorMessage(error)}`)
  } finally {
    await database.close()
  }
}

async function reload(
  { settings, env, tell }: UpReloadParts,
  records: Records,
  audit: (hangup: Hangup) => Promise<void>,
): Promise<void> {
  const { runningConfigurations: stored, configurations } = records
  const runId = settings.runId ?? null
  const read = await readConfiguration(settings.configPath, env)
  // `up` wants what it starts with before anything runs.
  const from = (await stored.wanted())?.revision ?? 'none'
  if (read.configuration === null) {
    await audit({ kind: 'invalid', revision: from, problems: read.problems })
    return tell(formatProblems(read.problems, `revision ${from} goes on running`))
  }
  const to = read.configuration.revision
  if (from === to) return tell(`${settings.configPath} is as it runs: revision ${to}`)
  await configurations.save(read.configuration)
  await stored.want({ revision: to, by: 'SIGHUP', at: new Date().toISOString(), runId })
  await audit({ kind: 'switched', from, to })
  const ours = async () => (await stored.processes(new Date())).filter((one) => one.runId === runId)
  const processes = await untilAll(ours, to)
  const late = processes.filter(({ revision }) => revision !== to)
  return tell(
    late.length === 0
      ? `configuration reloaded: revision ${from} -> ${to}, run by ${processes.map(({ kind }) => kind).join(' and ')}`
      : late.map((one) => lateWords(one, to)).join('\n'),
  )
}

/** Answers early when all of them run it. */
async function untilAll(
  ask: () => Promise<ConfigurationProcess[]>,
  revision: string,
): Promise<ConfigurationProcess[]> {
  const deadline = Date.now() + answerWithinMs
  for (;;) {
    const processes = await ask()
    const all = processes.length > 0 && processes.every((one) => one.revision === revision)
    if (all || Date.now() > deadline) return processes
    await delay(askEveryMs)
  }
}

function lateWords({ kind, revision, problem }: ConfigurationProcess, wanted: string): string {
  return `the ${kind} still runs revision ${revision}, not ${wanted}${problem === null ? '' : `: ${problem}`}`
}
