import { z } from 'zod'
import type { AnswerVerb, MaintenanceOrder } from '../domain/page/channel-answers.ts'
import { parseIncidentName } from '../domain/investigate/evidence.ts'
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
  readonly order: SlashOrder
  readonly responseUrl: string
  readonly id: string
}

export type SlashOrder =
  | { readonly kind: 'ack'; readonly incident: number }
  | { readonly kind: 'who'; readonly schedule?: string }
  | { readonly kind: 'declare'; readonly title: string }
  | { readonly kind: 'login' }
  | { readonly kind: 'maintenance'; readonly order: MaintenanceOrder }
  /** `problem`: what was not understood. */
  | { readonly kind: 'help'; readonly problem?: string }

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
  return { user, order: orderOf(storableText(written(fields.data.text)), id), responseUrl, id }
}

function orderOf(text: string, id: string): SlashOrder {
  const { word = '', rest = '' } = /^(?<word>\S*)\s*(?<rest>[^]*)$/.exec(text.trim())?.groups ?? {}
  switch (word.toLowerCase()) {
    case 'ack': {
      const incident = parseIncidentName(rest)
      return incident === undefined
        ? { kind: 'help', problem: 'Say which incident: /firewatch ack INC-42' }
        : { kind: 'ack', incident }
    }
    case 'who':
      return rest.trim() === '' ? { kind: 'who' } : { kind: 'who', schedule: rest.trim() }
    case 'declare':
      return rest.trim() === ''
        ? { kind: 'help', problem: 'Say what is wrong: /firewatch declare checkout is down' }
        : { kind: 'declare', title: rest.trim() }
    case 'login':
      return { kind: 'login' }
    case 'maintenance':
      return maintenanceOrder(rest.trim(), id)
    case '':
    case 'help':
      return { kind: 'help' }
    default:
      return { kind: 'help', problem: 'That is no command of mine.' }
  }
}

/** `maintenance`, `maintenance shop 2h new disks`, `maintenance preview shop 2h`, `maintenance end 3`. */
function maintenanceOrder(text: string, id: string): SlashOrder {
  if (text === '' || text === 'list') return { kind: 'maintenance', order: { kind: 'list' } }
  const [, window] = /^end\s+(\S+)$/.exec(text) ?? []
  if (window !== undefined) return { kind: 'maintenance', order: { kind: 'end', window } }
  const [, preview, service, lasting, reason = ''] =
    /^(preview\s+)?(\S+)\s+(\S+)(?:\s+([^]*))?$/.exec(text) ?? []
  if (service === undefined || lasting === undefined)
    return {
      kind: 'help',
      problem: 'Say of what, for how long and why: /firewatch maintenance shop 2h new disks',
    }
  const kind = preview === undefined ? 'start' : 'preview'
  return { kind: 'maintenance', order: { kind, service, for: lasting, reason, id } }
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
