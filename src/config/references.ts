import { readFile } from 'node:fs/promises'
import type { Configuration } from '../domain/configuration/configuration.ts'
import { errorMessage } from '../domain/values/error-message.ts'
import { readYaml } from './document.ts'
import { withIncluded } from './include.ts'
import { loadConfiguration } from './load.ts'
import { ConfigurationError, type Problem, sortProblems } from './problems.ts'
import { readSecretFile } from './secret-file.ts'
import { referencesIn, resolveSecret } from './secrets.ts'
import type { Path } from './written.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** A reference in the configuration as it was written. */
interface Written {
  readonly path: Path
  readonly reference: string
  /** The whole text, where it is an address of `http` or `https`. */
  readonly address?: string
}

/** Texts for people, in which `${env:NAME}` stands for itself. */
const prose = ['title', 'description']

/**
 * The configuration of a process that will page and act: what would be noticed at the first page is noticed at the start.
 * @throws {@link ConfigurationError} for what is wrong in it, or else for every reference that cannot be read
 */
export async function loadRunnableConfiguration(path: string, env: Environment): Promise<Configuration> {
  const configuration = await loadConfiguration(path)
  const problems = await unreadableReferences(path, env)
  if (problems.length > 0) throw new ConfigurationError(problems)
  return configuration
}

/** Every `${env:NAME}` and `${file:/path}` of a valid configuration that cannot be read with this environment, each where it stands. */
export async function unreadableReferences(path: string, env: Environment): Promise<Problem[]> {
  const { document, written } = await readReferences(path)
  const distinct = [...new Set(written.map(({ reference }) => reference))]
  const reasons = new Map(
    await Promise.all(
      distinct.map(async (reference) => [reference, await reasonUnreadable(reference, env)] as const),
    ),
  )
  const problems = await Promise.all(
    written.map(async ({ path: at, reference, address }) => {
      const message =
        reasons.get(reference) ?? (address === undefined ? undefined : await reasonNoAddress(address, env))
      return message === undefined ? [] : [document.locate({ path: at, message })]
    }),
  )
  return sortProblems(problems.flat())
}

/** How many references a valid configuration has, each counted once. */
export async function countReferences(path: string): Promise<number> {
  const { written } = await readReferences(path)
  return new Set(written.map(({ reference }) => reference)).size
}

async function readReferences(path: string) {
  const document = await withIncluded(path, readYaml(path, await readFile(path, 'utf8')))
  return { document, written: [...referencesUnder(document.value, [], new Set())] }
}

/** @param seen maps and lists that were visited: an anchor is one place, however often it is used */
function* referencesUnder(value: unknown, path: Path, seen: Set<object>): Generator<Written> {
  if (typeof value === 'string')
    for (const reference of referencesIn(value))
      yield { path, reference, ...(isAddress(path) ? { address: value } : {}) }
  if (typeof value !== 'object' || value === null || seen.has(value)) return
  seen.add(value)
  for (const [key, inner] of Object.entries(value))
    if (typeof inner !== 'string' || !prose.includes(key))
      yield* referencesUnder(inner, [...path, Array.isArray(value) ? Number(key) : key], seen)
}

/** Of contacts, integrations, targets and the heartbeat; a mailer's has a scheme of its own. */
function isAddress(path: Path): boolean {
  return /^(url|\w+Url)$/.test(String(path.at(-1))) && path.at(-2) !== 'email'
}

/** Never tells what the address is: that is a secret. What cannot be read is told by its reference. */
async function reasonNoAddress(address: string, env: Environment): Promise<string | undefined> {
  const resolved = await resolveSecret(address, env, readSecretFile).catch(() => undefined)
  if (resolved === undefined || ['http:', 'https:'].includes(URL.parse(resolved)?.protocol ?? ''))
    return undefined
  return `${address}: its value is not an address; one begins with http:// or https://`
}

async function reasonUnreadable(reference: string, env: Environment): Promise<string | undefined> {
  try {
    await resolveSecret(reference, env, readSecretFile)
    return undefined
  } catch (error) {
    return errorMessage(error)
  }
}
