import { type Pem, readAuthority, readClientPair } from './pem.ts'

/** How a Temporal is reached that asks who is there: Temporal Cloud, or a cluster behind TLS. */
export interface TemporalAccess {
  readonly tls?: {
    readonly serverName?: string
    /** Without it, the authorities that the system trusts. */
    readonly authority?: Pem
    /** For mutual TLS. */
    readonly client?: { readonly certificate: Pem; readonly key: Pem }
  }
  readonly apiKey?: string
  /** Sent along with each request. */
  readonly headers: Readonly<Record<string, string>>
}

/** As Temporal's clients take them. */
export interface ConnectionSettings {
  readonly address: string
  readonly tls?: {
    readonly serverNameOverride?: string
    readonly serverRootCACertificate?: Buffer
    readonly clientCertPair?: { readonly crt: Buffer; readonly key: Buffer }
  }
  readonly apiKey?: string
  readonly metadata?: Record<string, string>
}

const header = 'TEMPORAL_GRPC_META_'
const yes = ['1', 'true']
const no = ['0', 'false']

/** Every variable that {@link temporalAccessFrom} reads: they belong to a given server, and not to one that `up` starts. */
export function isTemporalAccessVariable(name: string): boolean {
  return name === 'TEMPORAL_API_KEY' || /^TEMPORAL_TLS(?:_|$)/.test(name) || name.startsWith(header)
}

/**
 * Reads the variables that Temporal's own tools read: `TEMPORAL_TLS`, `TEMPORAL_TLS_SERVER_NAME`, `TEMPORAL_TLS_…_PATH` and `…_DATA`,
 * `TEMPORAL_API_KEY`, `TEMPORAL_GRPC_META_…`. An empty one counts as not set. An API key or any of the TLS variables turns TLS on.
 * Source: https://docs.temporal.io/develop/environment-configuration
 * @param tell is called with each problem
 */
export function temporalAccessFrom(env: NodeJS.ProcessEnv, tell: (problem: string) => void): TemporalAccess {
  const read = (name: string) => (env[name] === '' ? undefined : env[name])
  const pem = (name: string): Pem | undefined => {
    const [path, data] = [read(`${name}_PATH`), read(`${name}_DATA`)]
    if (path !== undefined && data !== undefined) tell(`${name}_PATH and ${name}_DATA are both set: keep one`)
    if (path !== undefined) return { variable: `${name}_PATH`, path }
    return data === undefined ? undefined : { variable: `${name}_DATA`, pem: data }
  }
  const authority = pem('TEMPORAL_TLS_SERVER_CA_CERT')
  const certificate = pem('TEMPORAL_TLS_CLIENT_CERT')
  const key = pem('TEMPORAL_TLS_CLIENT_KEY')
  if ((certificate === undefined) !== (key === undefined))
    tell('TEMPORAL_TLS_CLIENT_CERT_… and TEMPORAL_TLS_CLIENT_KEY_… belong together: set both, or neither')
  if (read('TEMPORAL_TLS_DISABLE_HOST_VERIFICATION') !== undefined)
    tell('TEMPORAL_TLS_DISABLE_HOST_VERIFICATION is not supported: set TEMPORAL_TLS_SERVER_CA_CERT_PATH')
  const serverName = read('TEMPORAL_TLS_SERVER_NAME')
  const apiKey = read('TEMPORAL_API_KEY')
  const wanted = read('TEMPORAL_TLS')?.toLowerCase()
  if (wanted !== undefined && ![...yes, ...no].includes(wanted))
    tell('TEMPORAL_TLS is neither true nor false')
  const secured = [authority, certificate, serverName, apiKey].some((one) => one !== undefined)
  if (wanted !== undefined && no.includes(wanted) && secured)
    tell('TEMPORAL_TLS is false, but an API key or certificates are set: they are never sent in clear text')
  const isSecured = secured || (wanted !== undefined && yes.includes(wanted))
  if (!isSecured && read(`${header}AUTHORIZATION`) !== undefined)
    tell(
      `${header}AUTHORIZATION is set without TLS: set TEMPORAL_TLS to true, it is never sent in clear text`,
    )
  if (/\s/.test(apiKey?.trim() ?? ''))
    tell('TEMPORAL_API_KEY has white space inside: set it to the key alone')
  const tls = {
    ...(serverName === undefined ? {} : { serverName }),
    ...(authority === undefined ? {} : { authority }),
    ...(certificate === undefined || key === undefined ? {} : { client: { certificate, key } }),
  }
  return {
    ...(isSecured ? { tls } : {}),
    // A file that it was read from ends in a line end, which no header can hold.
    ...(apiKey === undefined ? {} : { apiKey: apiKey.trim() }),
    headers: headersIn(env),
  }
}

/** `TEMPORAL_GRPC_META_MY_HEADER` is `my-header`. */
function headersIn(env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) =>
      name.startsWith(header) && value !== undefined && value !== ''
        ? [[name.slice(header.length).toLowerCase().replaceAll('_', '-'), value]]
        : [],
    ),
  )
}

/** @throws naming a file or variable with certificates or keys that cannot be gone by, and never what is in one */
export async function connectionSettings(
  address: string,
  { tls, apiKey, headers }: TemporalAccess,
  now = new Date(),
): Promise<ConnectionSettings> {
  return {
    address,
    ...(tls === undefined
      ? {}
      : {
          tls: {
            ...(tls.serverName === undefined ? {} : { serverNameOverride: tls.serverName }),
            ...(tls.authority === undefined
              ? {}
              : { serverRootCACertificate: await readAuthority(tls.authority, now) }),
            ...(tls.client === undefined ? {} : { clientCertPair: await readClientPair(tls.client, now) }),
          },
        }),
    ...(apiKey === undefined ? {} : { apiKey }),
    ...(Object.keys(headers).length === 0 ? {} : { metadata: headers }),
  }
}
