import type { Contact } from '../domain/configuration/people.ts'
import type { TestedContact } from '../domain/page/test-page.ts'

/** Sends test pages to people and shared channels, over the channels by which real ones go. */
export interface TestPages {
  /** Who has contacts, as configured now. */
  receivers(): readonly TestReceiver[]
  send(wanted: WantedTestPage): Promise<TestPageAnswer>
}

export interface TestReceiver {
  readonly name: string
  readonly title: string
  readonly channels: readonly Contact['channel'][]
}

export interface WantedTestPage {
  readonly name: string
  /** Only contacts of this channel. */
  readonly channel: string | undefined
  readonly by: string
}

export type TestPageAnswer =
  | { readonly kind: 'tried'; readonly name: string; readonly contacts: readonly TestedContact[] }
  /** `hint` is the nearest name that there is, such as `; did you mean "ana"?`. */
  | { readonly kind: 'unknown-name'; readonly hint: string }
  | { readonly kind: 'no-contact'; readonly channels: readonly Contact['channel'][] }
  | { readonly kind: 'too-often'; readonly retryAfterMs: number }
