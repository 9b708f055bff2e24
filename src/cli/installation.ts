import type { AccessRole } from '../domain/access/access.ts'

export interface UpOptions {
  readonly config: string
  readonly data: string
  readonly port?: string
  /** Name of the configured user as whom its operator acts. */
  readonly as?: string
}

export interface ReplayCommand {
  readonly check: string
  readonly from: string
  readonly to: string
  readonly incidents?: boolean
  readonly config: string
  readonly data: string
  readonly json?: boolean
}

export interface WantedToken {
  /** A configured user or sender. */
  readonly name: string
  /** Ends all tokens that they had. */
  readonly replace: boolean
  /** Milliseconds; `null`: for good. */
  readonly validForMs: number | null
}

export interface IssuedToken {
  readonly id: string
  readonly person: string
  readonly role: AccessRole
  readonly token: string
}

/** What commands do themselves, on this machine and its stores, instead of asking a server for it. */
export interface Installation {
  up(options: UpOptions): Promise<void>
  serve(): Promise<void>
  work(): Promise<void>
  replayCheck(command: ReplayCommand): Promise<void>
  issueToken(wanted: WantedToken): Promise<IssuedToken>
}
