import type { Labels } from './alert.ts'

/** Something that people or machines changed, as they report it: a deployment, a flag, a configuration. */
export interface ChangeEvent {
  /** The same change delivered twice has the same id. */
  readonly changeId: string
  readonly source: string
  /** ISO 8601 in UTC. */
  readonly at: string
  /** `Deployed checkout 1.4.2 to production`, one line. */
  readonly summary: string
  readonly labels: Labels
  /** Addresses for people, `http` or `https`, by what they are called. */
  readonly links: Labels
}
