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
export function settingsFrom(given: NodeJS.ProcessEnv): Settings {
  const env = withoutEmpty(given)
  const problems: string[] = []
  const required = (name: string): string => {
    const value = env[name]
    if (value === undefined) problems.push(`${name} is not set`)
    return value ?? ''
  }
  const clickHouse = (): string => {
    const url = required('CLICKHOUSE_URL')
    if (url !== '' && !isClickHouseAddress(url)) problems.push(`CLICKHOUSE_URL must look like ${addressForm}`)
    return url
  }
  const portIn = (name: string, absent: number): number => {
    const written = env[name] ?? String(absent)
    const port = /^\d{1,5}$/.test(written) ? Number(written) : Number.NaN
    if (!(port <= 65_535)) problems.push(`${name} is not a port number`)
    return port
  }
  const port = portIn('FIREWATCH_PORT', defaultPort)
  const logLevel = logLevels.find((level) => level === (env['FIREWATCH_LOG_LEVEL'] ?? 'info'))
  if (logLevel === undefined) problems.push(`FIREWATCH_LOG_LEVEL must be one of ${logLevels.join(', ')}`)
  const linkKey = env['FIREWATCH_LINK_KEY']
  if (linkKey !== undefined && linkKey.length < shortestLinkKey)
    problems.push(`FIREWATCH_LINK_KEY is shorter than ${shortestLinkKey} characters`)
  const host = env['FIREWATCH_HOST'] ?? '127.0.0.1'
  const settings: Settings = {
    configPath: env['FIREWATCH_CONFIG'] ?? defaultConfigPath,
    dataDir: env['FIREWATCH_DATA'] ?? '.firewatch',
    temporalAddress: required('TEMPORAL_ADDRESS'),
    temporalNamespace: env['TEMPORAL_NAMESPACE'] ?? 'default',
    temporalAccess: temporalAccessFrom(env, (problem) => problems.push(problem)),
    databaseUrl: required('DATABASE_URL'),
    clickhouseUrl: clickHouse(),
    host,
    port,
    publicUrl: (env['FIREWATCH_PUBLIC_URL'] ?? `http://${host}:${port}`).replace(/\/+$/, ''),
    ...(env['TEMPORAL_UI_URL'] === undefined ? {} : { temporalUiUrl: env['TEMPORAL_UI_URL'] }),
    ...(env['FIREWATCH_METRICS_PORT'] === undefined
      ? {}
      : { metricsPort: portIn('FIREWATCH_METRICS_PORT', 0) }),
    logLevel: logLevel ?? 'info',
    ...(linkKey === undefined ? {} : { linkKey }),
    ...(env['FIREWATCH_OPERATOR'] === undefined ? {} : { operator: env['FIREWATCH_OPERATOR'] }),
    ...(env['FIREWATCH_RUN_ID'] === undefined ? {} : { runId: env['FIREWATCH_RUN_ID'] }),
  }
  if (problems.length > 0)
    throw new SettingsError(`settings: ${problems.join('; ')}; "firewatch up" sets them all by itself`)
  return settings
}

/** A variable that is set to nothing, as templates of deployments do, is one that is not set. */
function withoutEmpty(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''))
}

/**
 * What is needed to work straight on the records.
 * @throws SettingsError that names the variable that is missing
 */
export function recordSettingsFrom(given: NodeJS.ProcessEnv): Pick<Settings, 'configPath' | 'databaseUrl'> {
  const env = withoutEmpty(given)
  const databaseUrl = env['DATABASE_URL']
  if (databaseUrl === undefined) throw new SettingsError('settings: DATABASE_URL is not set')
  return { configPath: env['FIREWATCH_CONFIG'] ?? defaultConfigPath, databaseUrl }
}

const defaultConfigPath = 'firewatch.yaml'
export const defaultPort = 4270
