import { type AnswerValue, readValue, valueOf } from '../domain/page/answer-value.ts'
import type { AnswerVerb } from '../domain/page/channel-answers.ts'
import type { FollowedMessage, FollowUpKind, PageMessage } from '../domain/page/page.ts'

/** https://core.telegram.org/bots/api#inlinekeyboardmarkup */
export interface Keyboard {
  readonly inline_keyboard: readonly (readonly { readonly text: string; readonly callback_data: string }[])[]
}

/** Takes every button away. */
const noButtons: Keyboard = { inline_keyboard: [] }

const words = { ack: 'acknowledge', esc: 'escalate' } as const satisfies Readonly<Record<string, AnswerVerb>>
const shown = 'seen'

/** The buttons of a page; `undefined` where there is nothing to press. 52 bytes at most of the 64 that one may carry. */
export function keyboardOf(message: PageMessage): Keyboard | undefined {
  if (message.kind !== 'page') return undefined
  const value = valueOf(message)
  const count = message.bundled.length + 1
  const acknowledge = {
    text: count === 1 ? 'Acknowledge' : `Acknowledge all ${count}`,
    callback_data: `ack/${value}`,
  }
  const escalate = { text: 'Escalate', callback_data: `esc/${value}` }
  // Only a page of a step says where the escalation stands, and only one of a single incident which.
  return {
    inline_keyboard: [message.position.step > 0 && count === 1 ? [acknowledge, escalate] : [acknowledge]],
  }
}

/** In place of the buttons: that somebody has it. */
export function acknowledgedKeyboard(incident: string): Keyboard {
  return { inline_keyboard: [[{ text: '✓ Acknowledged', callback_data: `${shown}/${incident}` }]] }
}

/** What a message that stands has to press once one of its incidents came this far; `undefined`: what it has. */
export function standingKeyboard(
  kind: FollowUpKind,
  { incidents, answers }: FollowedMessage,
): Keyboard | undefined {
  if (incidents.some(({ standing }) => standing === 'open')) return undefined
  const isOver =
    incidents.length === 0 ? kind === 'resolved' : incidents.every(({ standing }) => standing === 'resolved')
  return isOver ? noButtons : acknowledgedKeyboard(answers.incident)
}

/** What a pressed button says; `undefined` for one that says nothing, and for anything that we never sent. */
export function readButton(data: string): { verb: AnswerVerb; value: AnswerValue } | undefined {
  const [word = ''] = data.split('/', 1)
  const verb = Object.hasOwn(words, word) ? words[word as keyof typeof words] : undefined
  const value = readValue(data.slice(word.length + 1))
  return verb === undefined || value === undefined ? undefined : { verb, value }
}
