import { isTemporalAccessVariable } from '../temporal/access.ts'
import { randomUUID } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import type { Configuration } from '../domain/configuration/configuration.ts'
import type { EmbeddedServers } from '../embedded/embedded-servers.ts'
import { superviseNode } from '../embedded/supervise-node.ts'
import type { SupervisedProcess } from '../embedded/supervised-process.ts'
import { openDatabase } from '../postgres/database.ts'
import { freePort } from './free-port.ts'
import { linkKeyIn } from './link-key.ts'
import { operatorOf } from './operator.ts'
import { ownerOfPort, portTaken } from './port-taken.ts'
import { prepareDatabase } from './prepare.ts'
import { createRecords } from './records.ts'
import { removeRunFile, writeRunFile, type RunFile } from '../cli/run-file.ts'
import { defaultPort, settingsFrom, type Settings } from './settings.ts'

const main = fileURLToPath(new URL('./main.ts', import.meta.url))
const loginLinkMs = 24 * 3_600_000
/** Longer than a worker gives its activities to finish. */
const workerGraceMs = 35_000
const answerWithinMs = 2_000

export interface FirewatchOptions {
  readonly configPath: string
  readonly configuration: Configuration
  /** Absolute, and locked by this process. */
  readonly dataDir: string
  readonly servers: EmbeddedServers
  readonly env: NodeJS.ProcessEnv
  /** Of the server; 0 for any free one, absent for the usual one if it is free. */
  readonly port: number | undefined
  /** Name of the configured user who runs this; see {@link operatorOf} for when it is absent. */
  readonly as?: string
  readonly tell: (line: string) => void
}

export interface RunningFirewatch {
  readonly url: string
  /** An API token of an admin. */
  readonly token: string
  /** Opens the console once. */
  readonly loginUrl: string
  stop(): Promise<void>
}

/**
 * Starts server and worker as processes of their own beside running servers, and keeps both alive. Ready when the server answers.
 * @throws CommandFailed when nobody is configured by the name that it is to be run as
 */
export async function startFirewatch(options: FirewatchOptions): Promise<RunningFirewatch> {
  const env = await environmentOf(options)
  const settings = settingsFrom(env)
  const { token, login } = await prepareRecords(settings, options)

  const processes: SupervisedProcess[] = []
  const note = () => writeRunFile(options.dataDir, runFileOf(options, settings, token, processes))
  const log = (line: string) => {
    options.tell(line)
    // A restart is told here and nowhere else, and it changes the process ids that the file names.
    void note().catch((error: unknown) => options.tell(`run.json could not be written: ${String(error)}`))
  }
  const common = { dataDir: options.dataDir, entry: main, env, log }
  processes.push(
    superviseNode({ ...common, name: 'server', args: ['serve'], isReady: () => answersAsOurs(settings) }),
    superviseNode({ ...common, name: 'worker', args: ['worker'], graceMs: workerGraceMs }),
  )
  const stop = async () => {
    await removeRunFile(options.dataDir)
    await Promise.all(processes.map((one) => one.stop()))
  }
  try {
    await Promise.all(processes.map((one) => one.whenReady()))
    await note()
  } catch (error) {
    await stop()
    // The child could only say it in its log: the port was taken after it had been chosen.
    if ((await freePort(settings.port)) === undefined)
      throw portTaken(settings.port, await ownerOfPort(localUrl(settings)))
    throw error
  }
  return { url: settings.publicUrl, token, loginUrl: `${settings.publicUrl}/login/${login}`, stop }
}

async function environmentOf({
  configPath,
  dataDir,
  servers,
  env,
  port,
  configuration,
  as,
}: FirewatchOptions): Promise<NodeJS.ProcessEnv> {
  const { temporal, postgres, clickhouse } = servers
  // The embedded server speaks clear text on loopback, whatever the machine's variables say of another.
  const inherited =
    env['TEMPORAL_ADDRESS'] === temporal.address
      ? env
      : Object.fromEntries(Object.entries(env).filter(([name]) => !isTemporalAccessVariable(name)))
  return {
    ...inherited,
    FIREWATCH_CONFIG: configPath,
    FIREWATCH_DATA: dataDir,
    FIREWATCH_LINK_KEY: env['FIREWATCH_LINK_KEY'] ?? (await linkKeyIn(dataDir)),
    FIREWATCH_OPERATOR: operatorOf(as, configuration).name,
    FIREWATCH_PORT: String(await choosePort(port)),
    FIREWATCH_RUN_ID: randomUUID(),
    TEMPORAL_ADDRESS: temporal.address,
    DATABASE_URL: postgres.url,
    CLICKHOUSE_URL: clickhouse.url,
    ...(temporal.uiUrl === undefined ? {} : { TEMPORAL_UI_URL: temporal.uiUrl }),
  }
}

/**
 * Whoever may read the data directory is its operator, an admin for as long as this runs: they have a token for programs, which acts in their name, and a
 * link for the console, which logs in the user that they are configured as. What operators of former runs had has ended.
 */
async function prepareRecords(
  settings: Settings,
  { configuration, as }: FirewatchOptions,
): Promise<{ token: string; login: string }> {
  const database = openDatabase(settings.databaseUrl, 2)
  try {
    const records = createRecords(database.db, () => new Date())
    await prepareDatabase(database, records, configuration)
    const { name, isConfigured } = operatorOf(as, configuration)
    const operator = { kind: 'operator', name } as const
    const person = isConfigured ? ({ kind: 'person', name } as const) : operator
    await records.credentials.revokeOperators()
    const token = await records.credentials.issue('token', operator, null)
    return { token, login: await records.credentials.issue('login', person, loginLinkMs) }
  } finally {
    await database.close()
  }
}

function runFileOf(
  { servers }: FirewatchOptions,
  settings: Settings,
  token: string,
  processes: readonly SupervisedProcess[],
): RunFile {
  const pids = [...processes.map((one) => one.status()), ...servers.processes()].flatMap(({ name, pid }) =>
    pid === undefined ? [] : [[name, pid] as const],
  )
  return {
    pid: process.pid,
    url: settings.publicUrl,
    token,
    temporalAddress: settings.temporalAddress,
    databaseUrl: settings.databaseUrl,
    clickhouseUrl: settings.clickhouseUrl,
    processes: Object.fromEntries(pids),
    ...(settings.temporalUiUrl === undefined ? {} : { temporalUiUrl: settings.temporalUiUrl }),
  }
}

/** Whether the server that we started answers: another one on its port would know nothing of this run. */
async function answersAsOurs(settings: Settings): Promise<boolean> {
  try {
    const response = await fetch(`${localUrl(settings)}/health/live`, {
      signal: AbortSignal.timeout(answerWithinMs),
    })
    const answer = (await response.json()) as { run?: unknown } | null
    return answer?.run === settings.runId
  } catch {
    // Not yet; the supervisor asks again until its time is over, and then shows the server's own log.
    return false
  }
}

/** Where the server is from this machine; the public address may lead through a proxy. */
function localUrl({ host, port }: Settings): string {
  const reachable = host === '0.0.0.0' || host === '::' ? 'localhost' : host
  return `http://${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}`
}

/**
 * The requested port, or any free one when it is taken and nobody asked for it.
 * @throws CommandFailed when somebody asked for it
 */
async function choosePort(requested: number | undefined): Promise<number> {
  if (requested !== undefined && requested !== 0) {
    // Looked at when `up` began; the servers took seconds since.
    if ((await freePort(requested)) === undefined)
      throw portTaken(requested, await ownerOfPort(`http://127.0.0.1:${requested}`))
    return requested
  }
  if (requested === undefined && (await freePort(defaultPort)) !== undefined) return defaultPort
  const port = await freePort(0)
  if (port === undefined) throw new Error('no free port on 127.0.0.1')
  return port
}
