import { addressForm, isClickHouseAddress } from '../clickhouse/address.ts'
import { temporalAccessFrom, type TemporalAccess } from '../temporal/access.ts'

/** Where the parts of an installation are; from the environment, so that containers and `up` say it in one way. */
export interface Settings {
  readonly configPath: string
  readonly dataDir: string
  readonly temporalAddress: string
  readonly temporalNamespace: string
  readonly temporalAccess: TemporalAccess
  readonly databaseUrl: string
  readonly clickhouseUrl: string
  readonly host: string
  readonly port: number
  /** What links to people begin with, without a slash at the end. */
  readonly publicUrl: string
  readonly temporalUiUrl?: string
  /** Where a worker tells of itself; without it, nowhere. */
  readonly metricsPort?: number
  readonly logLevel: LogLevel
  /** Makes the links in messages that open an incident; without it they lead to the log-in. Server and workers need the same. */
  readonly linkKey?: string
  /** Who is admin because they run everything on this machine by `firewatch up`, which sets it; elsewhere nobody. */
  readonly operator?: string
  /** Of the `up` that started this process; its server's `/health/live` answers with it. */
  readonly runId?: string
}

const shortestLinkKey = 32
const logLevels = ['trace', 'debug', 'info', 'warn', 'error'] as const
type LogLevel = (typeof logLevels)[number]

/** Variables of the environment that are missing or wrong. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError'
}

/** @throws SettingsError that names every variable that is missing or wrong */
export function settingsFrom(env: NodeJS.ProcessEnv): Settings {
  const problems: string[] = []
  const given = readerOf(env, (problem) => problems.push(problem))
  const host = given.text('FIREWATCH_HOST') ?? '127.0.0.1'
  const port = given.port('FIREWATCH_PORT') ?? defaultPort
  const temporalUiUrl = given.text('TEMPORAL_UI_URL')
  const metricsPort = given.port('FIREWATCH_METRICS_PORT')
  const linkKey = given.linkKey()
  const operator = given.text('FIREWATCH_OPERATOR')
  const runId = given.text('FIREWATCH_RUN_ID')
  const settings: Settings = {
    configPath: given.text('FIREWATCH_CONFIG') ?? defaultConfigPath,
    dataDir: given.text('FIREWATCH_DATA') ?? '.firewatch',
    temporalAddress: given.required('TEMPORAL_ADDRESS'),
    temporalNamespace: given.text('TEMPORAL_NAMESPACE') ?? 'default',
    temporalAccess: temporalAccessFrom(env, (problem) => problems.push(problem)),
    databaseUrl: given.required('DATABASE_URL'),
    clickhouseUrl: given.clickHouse(),
    host,
    port,
    publicUrl: (given.text('FIREWATCH_PUBLIC_URL') ?? `http://${host}:${port}`).replace(/\/+$/, ''),
    ...(temporalUiUrl === undefined ? {} : { temporalUiUrl }),
    ...(metricsPort === undefined ? {} : { metricsPort }),
    logLevel: given.logLevel(),
    ...(linkKey === undefined ? {} : { linkKey }),
    ...(operator === undefined ? {} : { operator }),
    ...(runId === undefined ? {} : { runId }),
  }
  if (problems.length > 0)
    throw new SettingsError(`settings: ${problems.join('; ')}; "firewatch up" sets them all by itself`)
  return settings
}

/** Variables by what they must be; one that is not is a problem, and reading goes on. */
function readerOf(env: NodeJS.ProcessEnv, problem: (text: string) => void) {
  const text = (name: string) => nonEmpty(env, name)
  const required = (name: string): string => {
    const value = text(name)
    if (value === undefined) problem(`${name} is not set`)
    return value ?? ''
  }
  return {
    text,
    required,
    port(name: string): number | undefined {
      const written = text(name)
      if (written === undefined) return undefined
      const port = /^\d{1,5}$/.test(written) ? Number(written) : Number.NaN
      if (!(port <= 65_535)) problem(`${name} is not a port number`)
      return port
    },
    clickHouse(): string {
      const url = required('CLICKHOUSE_URL')
      if (url !== '' && !isClickHouseAddress(url)) problem(`CLICKHOUSE_URL must look like ${addressForm}`)
      return url
    },
    logLevel(): LogLevel {
      const written = text('FIREWATCH_LOG_LEVEL') ?? 'info'
      const level = logLevels.find((one) => one === written)
      if (level === undefined) problem(`FIREWATCH_LOG_LEVEL must be one of ${logLevels.join(', ')}`)
      return level ?? 'info'
    },
    linkKey(): string | undefined {
      const key = text('FIREWATCH_LINK_KEY')
      if (key !== undefined && key.length < shortestLinkKey)
        problem(`FIREWATCH_LINK_KEY is shorter than ${shortestLinkKey} characters`)
      return key
    },
  }
}

/** A variable that is set to nothing, as templates of deployments do, is one that is not set. */
function nonEmpty(env: NodeJS.ProcessEnv, name: string): string | undefined {
  const value = env[name]
  return value === '' ? undefined : value
}

/**
 * What is needed to work straight on the records.
 * @throws SettingsError that names the variable that is missing
 */
export function recordSettingsFrom(env: NodeJS.ProcessEnv): Pick<Settings, 'configPath' | 'databaseUrl'> {
  const databaseUrl = nonEmpty(env, 'DATABASE_URL')
  if (databaseUrl === undefined) throw new SettingsError('settings: DATABASE_URL is not set')
  return { configPath: nonEmpty(env, 'FIREWATCH_CONFIG') ?? defaultConfigPath, databaseUrl }
}

const defaultConfigPath = 'firewatch.yaml'
export const defaultPort = 4270
