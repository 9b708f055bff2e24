import type { IncomingMessage } from 'node:http'
import { type FakeAnswer, type FakeServer, startFakeServer } from './server.ts'
import { checkMessage, type FakeButton, SlackError } from './slack-rules.ts'
import { createSlackPeople, type SlackPeople } from './slack-people.ts'

/** A request as it came in. */
export interface ReceivedSlackCall {
  readonly method: string
  readonly fields: Readonly<Record<string, unknown>>
  readonly accepted: boolean
  /** Why it was refused, in Slack's word and in ours. */
  readonly error: string | undefined
}

/** A message as people see it now. */
export interface FakeSlackMessage {
  readonly channel: string
  readonly ts: string
  readonly text: string
  readonly shown: string
  readonly buttons: readonly FakeButton[]
  readonly edits: number
}

export interface FakeSlack extends FakeServer, SlackPeople {
  readonly token: string
  readonly signingSecret: string
  readonly received: readonly ReceivedSlackCall[]
  readonly messages: readonly FakeSlackMessage[]
  /** Somebody deletes it, and nobody is told. */
  remove(message: FakeSlackMessage): void
}

export interface FakeSlackOptions {
  readonly port?: number
  /** Channels that the app is a member of, and people. */
  readonly places?: readonly string[]
  readonly archived?: readonly string[]
  readonly now?: () => Date
  /** Off for worlds whose clock stands still. */
  readonly rated?: boolean
}

type Fields = Readonly<Record<string, unknown>>

/** No app of Slack's has them. */
const token = 'xoxb-FAKE-slack-token'
const signingSecret = 'fake-signing-secret-of-32-letters'

/** https://docs.slack.dev/apis/web-api/rate-limits#posting-messages */
const messageEveryMs = 1_000

/** Slack's Web API and its people on 127.0.0.1, at least as strict as its documentation. Methods stand below `/api`. */
export async function startFakeSlack(options: FakeSlackOptions = {}): Promise<FakeSlack> {
  const { port = 0, places = ['C0123456789', 'U0123456789'], archived = [], rated = true } = options
  const now = options.now ?? (() => new Date())
  const received: ReceivedSlackCall[] = []
  const messages: FakeSlackMessage[] = []
  const lastPost = new Map<string, number>()
  let posts = 0
  const people = createSlackPeople(signingSecret, now, () => server.url)

  function take(request: IncomingMessage, body: string): FakeAnswer {
    if (request.url?.startsWith('/actions/') === true) return people.respond(request.url, body)
    const method = /^\/api\/([\w.]+)$/.exec(request.url ?? '')?.[1] ?? ''
    const fields = parse(body)
    try {
      const message = call(request, method, fields)
      received.push({ method, fields, accepted: true, error: undefined })
      return { status: 200, body: { ok: true, channel: message.channel, ts: message.ts } }
    } catch (error) {
      if (!(error instanceof SlackError)) throw error
      received.push({ method, fields, accepted: false, error: [error.message, error.detail].join(': ') })
      const refusal = { ok: false, error: error.message }
      if (error.message !== 'ratelimited') return { status: 200, body: refusal }
      return { status: 429, body: refusal, headers: { 'retry-after': '1' } }
    }
  }

  function call({ headers }: IncomingMessage, method: string, fields: Fields): FakeSlackMessage {
    if (headers.authorization === undefined) throw new SlackError('not_authed')
    if (headers.authorization !== `Bearer ${token}`) throw new SlackError('invalid_auth')
    if (headers['content-type'] !== 'application/json; charset=utf-8')
      throw new SlackError('invalid_post_type')
    if (method === 'chat.postMessage') return post(fields)
    if (method === 'chat.update') return update(fields, messages)
    throw new SlackError('unknown_method')
  }

  function post(fields: Fields): FakeSlackMessage {
    allowOnly(fields, ['channel', 'text', 'blocks', 'unfurl_links', 'unfurl_media'])
    const to = String(fields['channel'])
    if (!places.includes(to)) throw new SlackError('channel_not_found')
    if (archived.includes(to)) throw new SlackError('is_archived')
    if (fields['unfurl_links'] !== false || fields['unfurl_media'] !== false)
      throw new SlackError('invalid_arguments', 'a page unfolds no links')
    const content = checkMessage(fields)
    // Direct messages to a person have a channel of their own.
    const channel = to.startsWith('U') ? `D${to.slice(1)}` : to
    const at = now().getTime()
    if (rated && at - (lastPost.get(channel) ?? 0) < messageEveryMs) throw new SlackError('ratelimited')
    lastPost.set(channel, at)
    const ts = `${Math.floor(at / 1000)}.${String(++posts).padStart(6, '0')}`
    const message = { channel, ts, ...content, edits: 0 }
    messages.push(message)
    return message
  }

  const server = await startFakeServer(port, take, (request) => {
    received.push({ method: request.url ?? '', fields: {}, accepted: false, error: undefined })
  })
  const remove = (message: FakeSlackMessage) => forget(messages, message)
  return { ...server, ...people, token, signingSecret, received, messages, remove }
}

function forget(messages: FakeSlackMessage[], { channel, ts }: FakeSlackMessage): void {
  const index = messages.findIndex((one) => one.channel === channel && one.ts === ts)
  if (index >= 0) messages.splice(index, 1)
}

function update(fields: Fields, messages: FakeSlackMessage[]): FakeSlackMessage {
  allowOnly(fields, ['channel', 'ts', 'text', 'blocks'])
  const index = messages.findIndex(({ channel, ts }) => channel === fields['channel'] && ts === fields['ts'])
  const old = messages[index]
  if (old === undefined) throw new SlackError('message_not_found')
  const message = { ...old, ...checkMessage(fields), edits: old.edits + 1 }
  messages[index] = message
  return message
}

/** Slack ignores what it does not know; here it is a spelling mistake. */
function allowOnly(fields: Fields, names: readonly string[]): void {
  const unknown = Object.keys(fields).filter((name) => !names.includes(name))
  if (unknown.length > 0) throw new SlackError('invalid_arguments', `unknown ${unknown.join(', ')}`)
}

function parse(body: string): Fields {
  try {
    return JSON.parse(body) as Fields
  } catch {
    return {}
  }
}
