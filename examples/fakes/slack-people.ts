import { createHmac, randomUUID } from 'node:crypto'
import type { FakeAnswer } from './server.ts'

/** A request of Slack's to an app, signed. */
export interface SlackRequest {
  readonly headers: Readonly<Record<string, string>>
  readonly payload: string
}

/** What somebody was told over a `response_url`, so that nobody else sees it. */
export interface SlackResponse {
  readonly text: string
  readonly responseType: string
}

/** The people at Slack: what they press and type, and what they are told. */
export interface SlackPeople {
  readonly responses: readonly SlackResponse[]
  /** A pressed button. */
  press(user: string, button: { readonly actionId: string; readonly value: string }): SlackRequest
  /** A typed `/firewatch …`. */
  command(user: string, text: string): SlackRequest
  /** Signs any body at any time, with any secret. */
  signed(payload: string, at?: Date, secret?: string): SlackRequest
}

/** https://docs.slack.dev/interactivity/handling-user-interaction#message_responses */
const usesPerAddress = 5
const addressValidMs = 30 * 60_000

export function createSlackPeople(
  signingSecret: string,
  now: () => Date,
  address: () => string,
): SlackPeople & { respond(url: string, body: string): FakeAnswer } {
  const responses: SlackResponse[] = []
  const issued = new Map<string, { at: number; uses: number }>()

  function responseUrl(): string {
    const path = `/actions/${randomUUID()}`
    issued.set(path, { at: now().getTime(), uses: 0 })
    return `${address()}${path}`
  }

  const signed = (payload: string, at = now(), secret = signingSecret) => sign(payload, at, secret)

  return {
    responses,
    signed,
    press(user, { actionId, value }) {
      const action = { type: 'button', action_id: actionId, value, action_ts: `${now().getTime() / 1000}` }
      const payload = {
        type: 'block_actions',
        user: { id: user },
        response_url: responseUrl(),
        actions: [action],
      }
      return signed(new URLSearchParams({ payload: JSON.stringify(payload) }).toString())
    },
    command(user, text) {
      const fields = {
        command: '/firewatch',
        text,
        user_id: user,
        response_url: responseUrl(),
        trigger_id: randomUUID(),
      }
      return signed(new URLSearchParams(fields).toString())
    },
    respond(url, body) {
      const known = issued.get(url)
      const isGood =
        known !== undefined && known.uses < usesPerAddress && now().getTime() - known.at < addressValidMs
      if (!isGood) return { status: 404, body: { ok: false, error: 'expired_url' } }
      known.uses++
      const { text, response_type: responseType } = JSON.parse(body) as Readonly<Record<string, unknown>>
      if (typeof text !== 'string' || text === '')
        return { status: 400, body: { ok: false, error: 'no_text' } }
      responses.push({ text, responseType: String(responseType) })
      return { status: 200, body: { ok: true } }
    },
  }
}

function sign(payload: string, at: Date, secret: string): SlackRequest {
  const timestamp = String(Math.floor(at.getTime() / 1000))
  const signature = createHmac('sha256', secret).update(`v0:${timestamp}:${payload}`).digest('hex')
  return {
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      'x-slack-request-timestamp': timestamp,
      'x-slack-signature': `v0=${signature}`,
    },
    payload,
  }
}
