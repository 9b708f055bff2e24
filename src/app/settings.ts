/** Where the parts of an installation are; from the environment, so that containers and `up` say it in one way. */
export interface Settings {
  readonly configPath: string
  readonly dataDir: string
  readonly temporalAddress: string
  readonly temporalNamespace: string
  readonly databaseUrl: string
  readonly clickhouseUrl: string
  readonly host: string
  readonly port: number
  /** What links to people begin with, without a slash at the end. */
  readonly publicUrl: string
  readonly temporalUiUrl?: string
}

/** @throws an error that names every variable that is missing or wrong */
export function settingsFrom(env: NodeJS.ProcessEnv): Settings {
  const problems: string[] = []
  const required = (name: string): string => {
    const value = env[name]
    if (value === undefined || value === '') problems.push(`${name} is not set`)
    return value ?? ''
  }
  const port = Number(env['FIREWATCH_PORT'] ?? defaultPort)
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    problems.push('FIREWATCH_PORT is not a port number')
  const host = env['FIREWATCH_HOST'] ?? '127.0.0.1'
  const settings: Settings = {
    configPath: env['FIREWATCH_CONFIG'] ?? 'firewatch.yaml',
    dataDir: env['FIREWATCH_DATA'] ?? '.firewatch',
    temporalAddress: required('TEMPORAL_ADDRESS'),
    temporalNamespace: env['TEMPORAL_NAMESPACE'] ?? 'default',
    databaseUrl: required('DATABASE_URL'),
    clickhouseUrl: required('CLICKHOUSE_URL'),
    host,
    port,
    publicUrl: (env['FIREWATCH_PUBLIC_URL'] ?? `http://${host}:${port}`).replace(/\/+$/, ''),
    ...(env['TEMPORAL_UI_URL'] === undefined ? {} : { temporalUiUrl: env['TEMPORAL_UI_URL'] }),
  }
  if (problems.length > 0)
    throw new Error(`settings: ${problems.join('; ')}; "firewatch up" sets them all by itself`)
  return settings
}

export const defaultPort = 4270
