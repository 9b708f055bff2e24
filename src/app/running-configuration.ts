import type { Logger } from 'pino'
import type pg from 'pg'
import type { Problem } from '../config/problems.ts'
import type { Configuration } from '../domain/configuration/configuration.ts'
import { type Listening, listenTo } from '../postgres/listen.ts'
import { configurationChannel } from '../postgres/running-configurations.ts'

/** The configuration that a process runs. Whoever uses it asks each time; what is under way finishes with what it began with. */
export interface RunningConfiguration {
  readonly current: () => Configuration
  readonly replace: (next: Configuration) => void
}

export function holdConfiguration(first: Configuration): RunningConfiguration {
  let running = first
  return {
    current: () => running,
    replace: (next) => {
      running = next
    },
  }
}

/** What was planned, against what, and by whom. */
export interface PlannedConfiguration {
  readonly revision: string
  readonly against: string
  /** Number of the wanted revision that it takes the place of; 0 for none. */
  readonly insteadOf: number
  readonly by: string
}

/** What became of a request to take another configuration up. */
export type ReloadOutcome =
  | { readonly kind: 'same'; readonly revision: string }
  | { readonly kind: 'switched'; readonly from: string; readonly to: string }
  /** The old one goes on running. */
  | { readonly kind: 'invalid'; readonly revision: string; readonly problems: readonly Problem[] }
  /** Another one runs than the change was planned against, or somebody else was first. */
  | { readonly kind: 'moved'; readonly revision: string }
  /** The file of this process is not the one that was planned. */
  | { readonly kind: 'other-file'; readonly file: string; readonly revision: string }

/** Calls back when another configuration may be wanted. */
export function listenForConfigurations(
  pool: pg.Pool,
  onNotify: () => void,
  log: Pick<Logger, 'warn'>,
): Listening {
  const lost = (error: unknown) =>
    log.warn({ err: error }, 'no longer listening for configurations; asking for them instead')
  return listenTo(pool, configurationChannel, onNotify, lost)
}
