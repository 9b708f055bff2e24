import type { Command } from 'commander'
import { incidentName } from '../../domain/investigate/evidence.ts'
import { stampWords } from '../../domain/values/zoned-words.ts'
import { parseDuration } from '../../domain/values/duration.ts'
import type { ListedCredential } from '../../web/sessions.ts'
import { CommandFailed, connectApi, exitCodes } from '../api-client.ts'
import { duration } from '../options.ts'
import type { Installation } from '../installation.ts'
import { print, table } from '../terminal.ts'
import { api, inZone, type Options, reading, timed } from './incidents.ts'

interface CreateOptions extends Options {
  readonly direct?: boolean
  readonly replace?: boolean
  readonly expires?: string
}

/** `login` and `token`: ways in for people and for programs. */
export function addCredentialCommands(
  program: Command,
  installation: Pick<Installation, 'issueToken'>,
): void {
  reading(program, 'login', 'print a link that opens the console once')
    .option('--person <name>', 'for this user instead of yourself; only an admin may')
    .action(async ({ person, ...options }: Options & { person?: string }) => {
      const server = await connectApi(options.data, process.env)
      const { path } = await server.post<{ path: string }>(
        '/api/v1/login-links',
        person === undefined ? {} : { person },
      )
      const link = new URL(path, server.url).href
      print(options, { link }, () => link)
    })

  const token = program.command('token').description('make, list and end API tokens')
  addTokenCreation(token, installation)
  timed(
    reading(
      token,
      'list',
      'list tokens, sessions, links of pages and calendar addresses: your own, or as an admin those of all',
    ),
  ).action(async (options: Options) => {
    const { tokens, timeZone } = await (await api(options)).get<Listed>(inZone('/api/v1/tokens', options))
    print(options, tokens, () => listText(tokens, timeZone))
  })
  reading(
    token,
    'revoke <id>',
    'end a token, a session, the links of an incident’s pages or a calendar address at once',
  ).action(async (id: string, options: Options) => {
    const path = `/api/v1/tokens/${encodeURIComponent(id)}/revoke`
    const answer = await (await api(options)).post<{ id: string }>(path)
    print(options, answer, () => `${answer.id} opens nothing any more`)
  })
}

/** Also what `token ana` means. */
function addTokenCreation(token: Command, { issueToken }: Pick<Installation, 'issueToken'>): void {
  token
    .command('create <name>', { isDefault: true })
    .description('make an API token for a configured user, sender or heartbeat; it is shown once')
    .addOption(
      duration(
        '--expires <duration>',
        'ends after this long, such as 12h or 90d; without it, when it is revoked',
      ),
    )
    .option('--data <directory>', 'data directory of the running Firewatch', '.firewatch')
    .option(
      '--direct',
      'work on DATABASE_URL and FIREWATCH_CONFIG: for the first token, when no server can be asked',
    )
    .option('--replace', 'with --direct: end all tokens that they have')
    .option('--json', 'print JSON')
    .action(async (name: string, options: CreateOptions) => {
      if (options.direct === true) return makeDirectly(name, options, issueToken)
      if (options.replace === true) throw new CommandFailed('--replace needs --direct', exitCodes.usage)
      const { expires } = options
      const body = { person: name, ...(expires === undefined ? {} : { expires }) }
      const made = await (await api(options)).post<{ token: string }>('/api/v1/tokens', body)
      print(options, made, () => made.token)
      return undefined
    })
}

async function makeDirectly(
  name: string,
  options: CreateOptions,
  issueToken: Installation['issueToken'],
): Promise<void> {
  const validForMs = options.expires === undefined ? null : (parseDuration(options.expires) ?? null)
  const made = await issueToken({ name, replace: options.replace === true, validForMs })
  print(options, made, () => made.token)
}

interface Listed {
  readonly tokens: readonly ListedCredential[]
  readonly timeZone: string
}

function listText(tokens: readonly ListedCredential[], timeZone: string): string {
  const minute = (at: string | null) => (at === null ? '-' : stampWords(Date.parse(at), timeZone))
  if (tokens.length === 0) return 'no tokens'
  const rows = shown(tokens).map(
    ({ id, kind, holder, role, incident, browser, createdAt, expiresAt, usedAt }) => [
      id,
      kind,
      incident === null ? (browser ?? '-') : incidentName(incident),
      holder.name,
      role ?? 'none: not configured',
      minute(createdAt),
      minute(expiresAt),
      minute(usedAt),
    ],
  )
  return table(['id', 'kind', 'for', 'of', 'role', 'made', 'expires', 'used'], rows)
}

/** Links to one incident for one person end together: of many messages the newest stands for all. */
function shown(tokens: readonly ListedCredential[]): readonly ListedCredential[] {
  const seen = new Set<string>()
  return tokens.filter(({ kind, holder, incident }) => {
    if (kind !== 'page-link') return true
    const key = `${incident} ${holder.name}`
    const isNew = !seen.has(key)
    seen.add(key)
    return isNew
  })
}
