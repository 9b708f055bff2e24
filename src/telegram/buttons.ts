import { type AnswerValue, readValue, valueOf } from '../domain/answer-value.ts'
import type { AnswerVerb } from '../domain/channel-answers.ts'
import type { PageMessage } from '../domain/page.ts'

/** https://core.telegram.org/bots/api#inlinekeyboardmarkup */
export interface Keyboard {
  readonly inline_keyboard: readonly (readonly { readonly text: string; readonly callback_data: string }[])[]
}

/** Takes every button away. */
export const noButtons: Keyboard = { inline_keyboard: [] }

const words = { ack: 'acknowledge', esc: 'escalate' } as const satisfies Readonly<Record<string, AnswerVerb>>
const shown = 'seen'

/** The buttons of a page; `undefined` where there is nothing to press. 37 bytes of the 64 that one may carry. */
export function keyboardOf(message: PageMessage): Keyboard | undefined {
  if (message.kind !== 'page') return undefined
  const value = valueOf(message)
  const acknowledge = { text: 'Acknowledge', callback_data: `ack/${value}` }
  const escalate = { text: 'Escalate', callback_data: `esc/${value}` }
  // Only a page of a step says where the escalation stands.
  return { inline_keyboard: [message.position.step > 0 ? [acknowledge, escalate] : [acknowledge]] }
}

/** In place of the buttons: that somebody has it. */
export function acknowledgedKeyboard(incident: string): Keyboard {
  return { inline_keyboard: [[{ text: '✓ Acknowledged', callback_data: `${shown}/${incident}` }]] }
}

/** What a pressed button says; `undefined` for one that says nothing, and for anything that we never sent. */
export function readButton(data: string): { verb: AnswerVerb; value: AnswerValue } | undefined {
  const [word = ''] = data.split('/', 1)
  const verb = Object.hasOwn(words, word) ? words[word as keyof typeof words] : undefined
  const value = readValue(data.slice(word.length + 1))
  return verb === undefined || value === undefined ? undefined : { verb, value }
}
