import { type AccessConfiguration, holderNamed, type Holder, roleOf } from '../domain/access/access.ts'
import { credentialId } from '../postgres/credential-list.ts'
import type { createCredentialRecords } from '../postgres/credentials.ts'
import type { Credentials, Principal } from '../web/access.ts'
import type { Sessions } from '../web/sessions.ts'

/**
 * Who a credential stands for. It names its holder; whether there still is one, and what they may do, is asked of the configuration each time, so
 * that whoever is taken out of it loses all tokens, sessions and calendars at once.
 * @param configuration as it is now
 * @param operator whoever runs `firewatch up`; there is none elsewhere
 */
export function createIdentities(
  records: ReturnType<typeof createCredentialRecords>,
  configuration: () => AccessConfiguration,
  operator: string | undefined,
): Credentials & Sessions {
  const principalOf = (holder: Holder | undefined, secret: string): Principal | undefined => {
    if (holder === undefined) return undefined
    const role = roleOf(holder, configuration(), operator)
    const { kind, name: person } = holder
    return role === undefined ? undefined : { person, kind, role, credential: credentialId(secret) }
  }

  return {
    check: async (kind, secret) => principalOf(await records.check(kind, secret), secret),
    checkPageLink: async (secret, incident) =>
      principalOf(await records.checkPageLink(secret, incident), secret),
    redeemLogin: async (code) => principalOf(await records.redeemLogin(code), code),
    idOf: credentialId,
    issue: (kind, holder, validForMs, browser) => records.issue(kind, holder, validForMs, browser),
    revoke: (id, name) => records.revoke(id, name),
    logOutEverywhere: (holder) => records.logOutEverywhere(holder),
    holderNamed(name) {
      const holder = holderNamed(name, configuration())
      const role = holder && roleOf(holder, configuration(), operator)
      return holder === undefined || role === undefined ? undefined : { holder, role }
    },
    async list(name) {
      const stored = await records.list(name)
      return stored.map((one) => ({ ...one, role: roleOf(one.holder, configuration(), operator) ?? null }))
    },
  }
}
