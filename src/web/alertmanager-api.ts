import type { CurrentAlert } from '../domain/alert/current-alert.ts'
import type { Silence, SilenceDraft } from '../domain/alert/silence.ts'

/** What Alertmanager's API v2 needs of the rest. */
export interface AlertmanagerApi {
  /**
   * Takes what Prometheus or amtool sends; returns only after all alerts that can be taken are committed.
   * @param sender whom their credential names
   * @returns why the other alerts could not be taken
   * @throws an error with statusCode 400 when the body is no list of alerts
   */
  receive(body: unknown, sender: string): Promise<{ readonly problems: readonly string[] }>
  /** All alerts that fire now. */
  alerts(): Promise<readonly CurrentAlert[]>
  /** Also those that expired within the last days. */
  silences(): Promise<readonly Silence[]>
  silence(id: string): Promise<Silence | undefined>
  /** @param id of the silence that is changed; absent: a new one */
  setSilence(draft: SilenceDraft, id: string | undefined, request: SilenceBy): Promise<SilenceSet>
  /** Whether there is such a silence. One that has expired before stays as it is. */
  expireSilence(id: string, by: string): Promise<boolean>
  /** In the order of the routing tree. */
  receivers(): readonly string[]
  /** What amtool shows of this server. */
  status(): {
    /** ISO 8601 in UTC. */
    readonly startedAt: string
    /** Routes and receivers in the form of Alertmanager's configuration file, YAML. */
    readonly configuration: string
  }
}

export interface SilenceBy {
  /** Whom the credential names; `createdBy` is what the client says. */
  readonly person: string
  /** The same over repeats of one request. */
  readonly requestKey: string
}

export type SilenceSet =
  | { readonly kind: 'done'; readonly id: string }
  /** There is no silence of that id. */
  | { readonly kind: 'unknown' }
  | { readonly kind: 'refused'; readonly problem: string }
