import type { Configuration } from '../domain/configuration/configuration.ts'
import type { Standing } from '../domain/configuration/plan.ts'
import type { ConfigurationStatus } from '../domain/configuration/process.ts'

/** Which configuration runs, and taking another one up. */
export interface ConfigurationService {
  /** As this server runs it, and what is under way that another one may touch. */
  read(): Promise<{
    readonly configuration: Configuration
    readonly standing: Standing
    /** Number of what is wanted, 0 for none: whoever applies a plan says which it was made under. */
    readonly wanted: number
  }>
  status(): Promise<ConfigurationStatus>
  /** Takes up what the file of this server says, if that is what was planned. */
  apply(planned: {
    readonly revision: string
    /** The revision that the plan was made against. */
    readonly against: string
    readonly insteadOf: number
    readonly by: string
  }): Promise<AppliedConfiguration>
}

export type AppliedConfiguration =
  | { readonly kind: 'same'; readonly revision: string }
  | { readonly kind: 'switched'; readonly from: string; readonly to: string }
  | { readonly kind: 'invalid'; readonly revision: string; readonly problems: readonly string[] }
  | { readonly kind: 'moved'; readonly revision: string }
  | { readonly kind: 'other-file'; readonly file: string; readonly revision: string }
