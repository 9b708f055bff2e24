import { randomUUID } from 'node:crypto'
import { readRunFile } from './run-file.ts'
import { causeMessage } from '../domain/values/error-message.ts'

/** A failure that the one at the terminal can do something about; ends the command with `exitCode`. */
export class CommandFailed extends Error {
  override readonly name = 'CommandFailed'
  readonly exitCode: number
  /** Why the server refused it, where it did. */
  readonly refusal: Refusal | undefined
  constructor(message: string, exitCode: number, refusal?: Refusal) {
    super(message)
    this.exitCode = exitCode
    this.refusal = refusal
  }
}

/** As the API answers it. `code` is there where a program can do something about it. */
interface Refusal {
  readonly error?: string
  readonly problems?: readonly string[]
  readonly code?: string
}

/** What a command that could not be carried out ends with. */
export const exitCodes = {
  unexpected: 1,
  usage: 2,
  unreachable: 3,
  refused: 4,
  invalidConfiguration: 5,
} as const

/** The same as people read it, in the help and in `docs/cli.md`. */
export const exitCodeMeanings: readonly (readonly [code: number, meaning: string])[] = [
  [0, 'done'],
  [exitCodes.unexpected, 'an unexpected failure'],
  [exitCodes.usage, 'wrong usage'],
  [exitCodes.unreachable, 'Firewatch, or a part of it that is needed, cannot be reached'],
  [exitCodes.refused, 'refused, or not found'],
  [exitCodes.invalidConfiguration, 'an invalid configuration'],
]

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
  const run = await readRunFile(dataDir)
  const url = env['FIREWATCH_URL'] ?? run?.url
  const token = env['FIREWATCH_TOKEN'] ?? run?.token
  if (url === undefined || token === undefined) {
    throw new CommandFailed(
      `no Firewatch runs on ${dataDir}; start it with "firewatch up", or say --data`,
      exitCodes.unreachable,
    )
  }
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

async function call<Answer>(url: string, token: string, path: string, init: RequestInit): Promise<Answer> {
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
