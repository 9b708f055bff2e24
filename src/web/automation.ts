import type { GuardSwitch, SwitchScope } from '../domain/remediate/kill-switch.ts'

/** The kill switches of automation. */
export interface Automation {
  /** Those that are thrown. */
  switches(): Promise<readonly GuardSwitch[]>
  /** What can be stopped beside incidents, as configured now. */
  names(): Promise<Readonly<Record<'service' | 'action' | 'target', readonly string[]>>>
  /** @returns whether it was not thrown before */
  stop(thrown: GuardSwitch): Promise<boolean>
  /** @returns whether it was thrown */
  resume(lifted: {
    readonly scope: SwitchScope
    readonly by: string
    readonly reason: string
    readonly at: string
  }): Promise<boolean>
}
