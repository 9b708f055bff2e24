import type { AccessRole, Holder } from '../domain/access/access.ts'
import type { Principal } from './access.ts'

/** Making, listing and ending credentials. */
export interface Sessions {
  /** @returns the secret, which cannot be read again. @param browser where a session begins */
  issue(
    kind: 'session' | 'login' | 'token' | 'calendar',
    holder: Holder,
    validForMs: number | null,
    browser?: string | null,
  ): Promise<string>
  redeemLogin(code: string): Promise<Principal | undefined>
  /** Whom the configuration means by a name now. */
  holderNamed(name: string): { readonly holder: Holder; readonly role: AccessRole } | undefined
  /** Those that have not expired, newest first. @param name only of this holder */
  list(name?: string): Promise<readonly ListedCredential[]>
  /** Ends the credential of this id. False when there is none, or it is not of that holder. */
  revoke(id: string, name?: string): Promise<boolean>
  /** Ends all sessions of somebody, log-ins that are on their way to them, and the links of their pages. */
  logOutEverywhere(holder: Holder): Promise<void>
}

export interface ListedCredential {
  readonly id: string
  readonly kind: string
  readonly holder: Holder
  /** As configured now; `null`: there is no such holder, so it opens nothing. */
  readonly role: AccessRole | null
  /** What a page link opens; `null` of the others. */
  readonly incident: number | null
  /** `Firefox on Linux`: where a session was begun, if that is known. */
  readonly browser: string | null
  readonly createdAt: string
  readonly expiresAt: string | null
  readonly usedAt: string | null
}
