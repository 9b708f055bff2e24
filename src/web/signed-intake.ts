import type { AcceptedAlert } from '../domain/alert/alert.ts'
import type { ChangeEvent } from '../domain/alert/change-event.ts'

/** Senders that prove themselves by a signature; the last part but one of the address that each posts to. */
export const signedKinds = ['grafana', 'sns', 'sentry', 'github', 'gitlab'] as const

export type SignedKind = (typeof signedKinds)[number]

/** A request as it came in. */
export interface SignedRequest {
  /** @param name in lower case; `undefined` where it is missing or came more than once */
  readonly header: (name: string) => string | undefined
  /** Byte by byte. */
  readonly body: Uint8Array
}

/** Committed, each event and change of it. */
interface Taken {
  readonly kind: 'taken'
  readonly accepted: number
  readonly duplicates: number
  /** Why some of it could not be taken; the rest is stored. */
  readonly problems: readonly string[]
}

/** `unknown-sender` too where there is one of another kind. Of all but `taken` nothing was stored; `not-now` may be tried again. */
export type SenderReceipt =
  | Taken
  | { readonly kind: 'unknown-sender' | 'unproven' }
  | { readonly kind: 'not-now'; readonly why: string }

/** What a map would make of a body. */
export type MapTrial =
  | {
      readonly kind: 'read'
      readonly alerts: readonly AcceptedAlert[]
      readonly changes: readonly ChangeEvent[]
      readonly problems: readonly string[]
    }
  | Exclude<SenderReceipt, Taken>

/**
 * What takes in what senders bring who sign it, or whose bodies need a map. Each throws an error with status 400, with `problems`, when a body is not
 * understood.
 */
export interface SignedIntake {
  /** Nothing of the body is believed before its signature is checked. */
  receive(kind: SignedKind, sender: string, request: SignedRequest): Promise<SenderReceipt>
  /** By the map of the sender. Whoever asks has been let in. */
  receiveMapped(sender: string, body: unknown): Promise<SenderReceipt>
  /** Stores nothing. */
  tryMap(sender: string, body: unknown): Promise<MapTrial>
}
