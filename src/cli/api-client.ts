import { randomUUID } from 'node:crypto'
import { causeMessage } from '../domain/values/error-message.ts'
import { CommandFailed, exitCodes, type Refusal } from './command-failed.ts'
import { readRunFile } from './run-file.ts'

export { CommandFailed, exitCodeMeanings, exitCodes } from './command-failed.ts'

export interface ApiClient {
  readonly url: string
  get<Answer>(path: string): Promise<Answer>
  post<Answer>(path: string, body?: object): Promise<Answer>
}

/**
 * Talks to the Firewatch that runs on `dataDir`, or to `FIREWATCH_URL` with `FIREWATCH_TOKEN`.
 * @throws CommandFailed with what was wrong and what to do
 */
export async function connectApi(dataDir: string, env: NodeJS.ProcessEnv): Promise<ApiClient> {
  const { url, token } = await addressOf(dataDir, env)
  return {
    url,
    get: (path) => call(url, token, path, { method: 'GET' }),
    post: (path, body = {}) =>
      call(url, token, path, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'idempotency-key': randomUUID() },
        body: JSON.stringify(body),
      }),
  }
}

/** An empty variable is one that is not set. The token of this machine's Firewatch goes to no other. */
async function addressOf(dataDir: string, env: NodeJS.ProcessEnv): Promise<{ url: string; token: string }> {
  const url = env['FIREWATCH_URL']
  const token = env['FIREWATCH_TOKEN']?.trim()
  if (token !== undefined && !/^[\x21-\x7e]*$/.test(token))
    throw new CommandFailed(
      'FIREWATCH_TOKEN has characters that no token has: copy it again',
      exitCodes.usage,
    )
  if (url) {
    if (!isWebAddress(url))
      throw new CommandFailed(
        `FIREWATCH_URL "${url}" is not an address: write one such as https://firewatch.example.org`,
        exitCodes.usage,
      )
    if (token) return { url, token }
    throw new CommandFailed(
      'FIREWATCH_URL is set, and FIREWATCH_TOKEN is not: "firewatch token create" makes a token there',
      exitCodes.usage,
    )
  }
  const run = await readRunFile(dataDir)
  if (run !== undefined) return { url: run.url, token: token || run.token }
  throw new CommandFailed(
    `no Firewatch runs on ${dataDir}; start it with "firewatch up", or say --data`,
    exitCodes.unreachable,
  )
}

function isWebAddress(url: string): boolean {
  return ['http:', 'https:'].includes(URL.parse(url)?.protocol ?? '')
}

/** Nothing is called so, and such a part would lead the request elsewhere. @throws CommandFailed */
function refuseNoName(path: string): void {
  const [, ...parts] = path.replace(/\?[^]*$/, '').split('/')
  const odd = parts.find((part) => /^\.{0,2}$/.test(part))
  if (odd !== undefined) throw new CommandFailed(`nothing is called "${odd}"`, exitCodes.refused)
}

async function call<Answer>(url: string, token: string, path: string, init: RequestInit): Promise<Answer> {
  refuseNoName(path)
  const headers = {
    ...(init.headers as Record<string, string> | undefined),
    authorization: `Bearer ${token}`,
  }
  const request = { ...init, headers, signal: AbortSignal.timeout(15_000) }
  const response = await fetch(new URL(path, url), request).catch((error: unknown) => {
    throw new CommandFailed(
      `Firewatch at ${url} does not answer: ${causeMessage(error)}`,
      exitCodes.unreachable,
    )
  })
  const body: unknown = await response.json().catch(() => ({}))
  if (!response.ok) {
    const refusal = body as Refusal
    if (response.status === 401)
      throw new CommandFailed(unknownToken(url, refusal), exitCodes.refused, refusal)
    const text = [refusal.error ?? `HTTP ${response.status}`, ...(refusal.problems ?? [])].join('\n  ')
    throw new CommandFailed(text, response.status >= 500 ? exitCodes.unreachable : exitCodes.refused, refusal)
  }
  return body as Answer
}

function unknownToken(url: string, { error = 'the token is not known' }: Refusal): string {
  return `${url}: ${error}. Make another one there with "firewatch token create", and put it into FIREWATCH_TOKEN.`
}
