import { parseIncidentName } from '../investigate/evidence.ts'
import type {
  Account,
  AnswerResult,
  ChannelAnswers,
  MaintenanceOrder,
  SilenceOrder,
} from './channel-answers.ts'
import { readSilenceOrder } from './silence-order.ts'

/** What people write in a chat behind `/firewatch`. */
export type ChatOrder =
  | { readonly kind: 'ack'; readonly incident: number }
  | { readonly kind: 'who'; readonly schedule?: string }
  | { readonly kind: 'declare'; readonly title: string }
  | { readonly kind: 'login' }
  | { readonly kind: 'maintenance'; readonly order: MaintenanceOrder }
  | { readonly kind: 'silence'; readonly order: SilenceOrder }
  /** `problem`: what was not understood. */
  | { readonly kind: 'help'; readonly problem?: string }

/** A command with its arguments, and what it does. */
export const chatHelp: readonly (readonly [usage: string, meaning: string])[] = [
  ['/firewatch ack INC-42', 'acknowledges an incident'],
  ['/firewatch who [schedule]', 'says who is on call'],
  ['/firewatch declare <title>', 'opens an incident'],
  [
    '/firewatch maintenance [preview] <service> <duration> <reason>',
    'pages nobody about a service until then; end <number> ends it, list names what there is',
  ],
  [
    '/firewatch silence [preview] <alert or matchers> <duration> <reason>',
    'pages nobody about alerts that match until then; expire <id> ends it, list names what there is',
  ],
  ['/firewatch login', 'gives you a link that logs you in'],
]

/** What orders are carried out by. */
export type ChatAnswers = Omit<ChannelAnswers, 'acknowledgeAs'>

/** Carries an order out for whoever wrote it; `undefined`: they need help. */
export function carryOutOrder(
  answers: ChatAnswers,
  account: Account,
  order: ChatOrder,
  id: string,
): Promise<AnswerResult> | undefined {
  switch (order.kind) {
    case 'ack':
      return answers.give(account, { verb: 'acknowledge', incident: order.incident, commandId: id })
    case 'who':
      return answers.who(account, order.schedule)
    case 'declare':
      return answers.declare(account, { title: order.title, id })
    case 'login':
      return answers.login(account)
    case 'maintenance':
      return answers.maintenance(account, order.order)
    case 'silence':
      return answers.silence(account, order.order)
    case 'help':
      return undefined
  }
}

/**
 * Reads what stands behind `/firewatch`.
 * @param id of the message, stable over repeats of it
 */
export function readOrder(text: string, id: string): ChatOrder {
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
      return rest.trim() === ''
        ? { kind: 'login' }
        : { kind: 'help', problem: 'You log in as yourself: /firewatch login' }
    case 'maintenance':
      return maintenanceOrder(rest.trim(), id)
    case 'silence': {
      const silence = readSilenceOrder(rest.trim(), id)
      return silence === undefined
        ? {
            kind: 'help',
            problem: 'Say what, for how long and why: /firewatch silence likes os=ios 2h a new app rolls out',
          }
        : { kind: 'silence', order: silence }
    }
    case '':
    case 'help':
      return { kind: 'help' }
    default:
      return { kind: 'help', problem: 'I do not know that command.' }
  }
}

/** `maintenance`, `maintenance shop 2h new disks`, `maintenance preview shop 2h`, `maintenance end 3`. */
function maintenanceOrder(text: string, id: string): ChatOrder {
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
