/** Who holds a lock: `identity` tells this process from a later one with the same pid; `since` is ISO 8601 UTC. */
export interface LockOwner {
  pid: number
  identity: string
  since: string
}

export type LockOutcome = { taken: true; release: () => void } | { taken: false; owner: LockOwner }

/** Takes the lock file at `path` for this process, or says who has it. Never waits; takes over from the dead. */
export declare function takeLock(path: string): LockOutcome
