import { readSecretFile } from '../config/secret-file.ts'
import { resolveSecret } from '../config/secrets.ts'

/* What every way to the outside is given. */

/** For one exchange with a provider, the answer included. */
export const exchangeTimeoutMs = 5_000

/** Looks a secret up where its reference says, at the moment of use. */
export function secretsOf(env: NodeJS.ProcessEnv): (reference: string) => Promise<string> {
  return (reference) => resolveSecret(reference, env, readSecretFile)
}
