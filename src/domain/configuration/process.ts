/** A server or worker, and the configuration that it runs, as it says of itself. Instants are ISO 8601 in UTC. */
export interface ConfigurationProcess {
  readonly id: string
  readonly kind: 'server' | 'worker'
  readonly host: string
  readonly pid: number
  /** Of the `firewatch up` that started it. */
  readonly runId: string | null
  /** Where its `firewatch.yaml` is. */
  readonly file: string
  readonly revision: string
  /** Since when it runs that revision. */
  readonly since: string
  /** Why it does not run what is wanted, in words; `null`: nothing is in the way. */
  readonly problem: string | null
}

/** Which configuration every server and worker is to run. */
export interface WantedConfiguration {
  /** Rises with each change. */
  readonly number: number
  readonly revision: string
  readonly by: string
  readonly at: string
  /** Of the `firewatch up` that said so. */
  readonly runId: string | null
}

export interface ConfigurationStatus {
  readonly wanted: WantedConfiguration | null
  readonly processes: readonly ConfigurationProcess[]
  /** What the file of this server says now; `problems` as `config validate` prints them. */
  readonly file: {
    readonly path: string
    readonly revision: string | null
    readonly problems: readonly string[]
  }
}
