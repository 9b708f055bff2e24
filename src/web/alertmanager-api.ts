import type { CurrentAlert } from '../domain/alert/current-alert.ts'
import type { Silence, SilenceDraft } from '../domain/alert/silence.ts'

/** What Alertmanager's API v2 needs of the rest. */
export interface AlertmanagerApi {
  /** All alerts that fire now. */
  alerts(): Promise<readonly CurrentAlert[]>
  /** Also those that expired within the last days. */
  silences(): Promise<readonly Silence[]>
  silence(id: string): Promise<Silence | undefined>
  /** @param id of the silence that is changed; absent: a new one @param requestKey the same over repeats of one request */
  setSilence(draft: SilenceDraft, id: string | undefined, requestKey: string): Promise<SilenceSet>
  /** Whether there is such a silence. One that has expired before stays as it is. */
  expireSilence(id: string): Promise<boolean>
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

export type SilenceSet =
  | { readonly kind: 'done'; readonly id: string }
  /** There is no silence of that id. */
  | { readonly kind: 'unknown' }
  | { readonly kind: 'refused'; readonly problem: string }
