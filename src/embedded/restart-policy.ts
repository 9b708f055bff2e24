/** When a process that died is started again. */
export interface RestartPolicy {
  /** Before the first restart; doubled with every quick death up to `maxDelayMs`. */
  firstDelayMs: number
  maxDelayMs: number
  /** One that lived this long counts as sound again. */
  soundAfterMs: number
  /** Quick deaths in a row after which it is given up. */
  maxQuickDeaths: number
  /** The same while it has never been ready, when waiting longer helps less. */
  maxFirstStarts: number
}

export const DEFAULT_RESTART_POLICY: RestartPolicy = {
  firstDelayMs: 200,
  maxDelayMs: 5_000,
  soundAfterMs: 10_000,
  maxQuickDeaths: 10,
  maxFirstStarts: 3,
}
