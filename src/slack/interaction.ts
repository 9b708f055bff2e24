import { z } from 'zod'
import type { AnswerVerb } from '../domain/page/channel-answers.ts'
import { type ChatOrder, readOrder } from '../domain/page/chat-order.ts'
import { storable, storableText } from '../domain/values/text.ts'
import { type AnswerValue, readValue } from '../domain/page/answer-value.ts'
import { written } from './mrkdwn.ts'

/** A pressed button of ours. */
export interface Press {
  readonly user: string
  readonly verb: AnswerVerb
  readonly value: AnswerValue
  readonly responseUrl: string
  /** Stable over repeats of one press. */
  readonly id: string
}

/** `/firewatch …` */
export interface SlashCommand {
  readonly user: string
  readonly order: ChatOrder
  readonly responseUrl: string
  readonly id: string
}

/** https://docs.slack.dev/reference/interaction-payloads/block_actions-payload */
const Payload = z.object({
  type: z.literal('block_actions'),
  user: z.object({ id: z.string().max(50) }),
  response_url: z.string().max(2_000),
  actions: z
    .array(z.object({ action_id: z.string(), value: z.string().optional(), action_ts: z.string().max(50) }))
    .min(1),
})

const verbs: Readonly<Record<string, AnswerVerb>> = {
  firewatch_acknowledge: 'acknowledge',
  firewatch_escalate: 'escalate',
  firewatch_resolve: 'resolve',
}

/** Reads the form field `payload` of a body, and of nothing else; `undefined` for what is not a button of ours. */
export function readInteraction(body: Uint8Array): Press | undefined {
  const payload = Payload.safeParse(jsonOf(formOf(body).get('payload') ?? ''))
  const action = payload.data?.actions[0]
  if (!payload.success || action === undefined) return undefined
  const verb = Object.hasOwn(verbs, action.action_id) ? verbs[action.action_id] : undefined
  const value = readValue(action.value ?? '')
  if (verb === undefined || value === undefined) return undefined
  const { user, response_url: responseUrl } = payload.data
  return { user: user.id, verb, value, responseUrl, id: idOf(`${user.id}-${action.action_ts}-${verb}`) }
}

/** https://docs.slack.dev/interactivity/implementing-slash-commands#app_command_handling */
const Fields = z.object({
  user_id: z.string().min(1).max(50),
  text: z.string().max(4_000),
  response_url: z.string().max(2_000),
  trigger_id: z.string().min(1).max(200),
})

/** Reads the form of a slash command; `undefined` when it is none. */
export function readCommand(body: Uint8Array): SlashCommand | undefined {
  const form = formOf(body)
  const fields = Fields.safeParse({
    user_id: form.get('user_id'),
    text: form.get('text') ?? '',
    response_url: form.get('response_url'),
    trigger_id: form.get('trigger_id'),
  })
  if (!fields.success) return undefined
  const { user_id: user, response_url: responseUrl, trigger_id: trigger } = fields.data
  const id = idOf(trigger)
  return { user, order: readOrder(storableText(written(fields.data.text)), id), responseUrl, id }
}

function formOf(body: Uint8Array): URLSearchParams {
  return new URLSearchParams(Buffer.from(body).toString('utf8'))
}

function jsonOf(text: string): unknown {
  try {
    return storable(JSON.parse(text))
  } catch {
    return undefined
  }
}

/** As command ids are written everywhere. */
function idOf(text: string): string {
  return `slack-${text.replaceAll(/[^\w-]+/g, '-')}`.slice(0, 100)
}
