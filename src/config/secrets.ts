import { errorCode, errorMessage } from '../domain/values/error-message.ts'
import { own } from '../domain/values/own.ts'
const wellFormed = /\$\{(env|file):([^{}$]+)\}/g
const environmentName = /^[A-Za-z_][A-Za-z0-9_]*$/

/** The references in a text, as written. */
export function referencesIn(text: string): string[] {
  return [...text.matchAll(wellFormed)].map(([reference]) => reference)
}

/** What is wrong with the references in a text; `undefined` when every `${` begins a good one. */
export function misspelledReference(text: string): string | undefined {
  for (const [, kind, target] of text.matchAll(wellFormed)) {
    if (kind === 'env' && !environmentName.test(target ?? '')) {
      return `"${target}" is not a name of an environment variable: letters, digits and "_", not beginning with a digit`
    }
    if (kind === 'file' && target?.startsWith('/') !== true)
      return `\${file:${target}} must name a file from the root: \${file:/path}`
  }
  return text.replaceAll(wellFormed, '').includes('${')
    ? 'a reference is ${env:NAME} or ${file:/path}'
    : undefined
}

/**
 * The text with each `${env:NAME}` and `${file:PATH}` in it replaced by what it stands for; for edges, at the moment of use. One line
 * break at the end of a file is not part of the secret. Anything else that editors and tools leave round a secret is refused: with it a key
 * still signs and a token is still sent, and only the receiver's 401 says that it is another one.
 * @throws when a reference leads to nothing or to such a text; the message names the reference, never a value
 */
export async function resolveSecret(
  reference: string,
  env: Readonly<Record<string, string | undefined>>,
  readFile: (path: string) => Promise<string>,
): Promise<string> {
  const misspelled = misspelledReference(reference)
  if (misspelled !== undefined) throw new Error(`cannot resolve a secret: ${misspelled}`)
  let resolved = ''
  let end = 0
  for (const match of reference.matchAll(wellFormed)) {
    const [written, kind, target = ''] = match
    resolved += reference.slice(end, match.index)
    resolved +=
      kind === 'env' ? fromEnvironment(written, env, target) : await fromFile(written, target, readFile)
    end = match.index + written.length
  }
  return resolved + reference.slice(end)
}

function fromEnvironment(
  reference: string,
  env: Readonly<Record<string, string | undefined>>,
  name: string,
): string {
  const value = own(env, name)
  if (value === undefined)
    throw new Error(`${reference}: this environment variable is not set; set it before Firewatch starts`)
  if (value === '') throw new Error(`${reference}: this environment variable is empty; give it its value`)
  if (/\n\s*$/.test(value))
    throw new Error(
      `${reference}: this environment variable ends with a line break; keep the secret alone in it`,
    )
  return withoutStray(reference, 'this environment variable', value, '')
}

async function fromFile(
  reference: string,
  path: string,
  readFile: (path: string) => Promise<string>,
): Promise<string> {
  let content: string
  try {
    content = await readFile(path)
  } catch (error) {
    throw new Error(
      `${reference}: this file cannot be read (${errorCode(error) ?? errorMessage(error)}); put it there, for the user who runs Firewatch to read`,
      { cause: error },
    )
  }
  const value = content.replace(/\r?\n$/, '')
  if (value === '') throw new Error(`${reference}: this file is empty; put the secret into it`)
  return withoutStray(reference, 'this file', value, ', with at most one line break behind it')
}

/** What is stray, in the order in which it is looked for; a byte order mark counts as space too. */
const strays: readonly (readonly [pattern: RegExp, what: string])[] = [
  [/^\ufeff/, 'begins with a byte order mark'],
  [/[\0\ufffd]/, 'is not UTF-8 text'],
  [/^\s/, 'begins with white space'],
  [/\n\s*$/, 'ends with more than one line break'],
  [/\s$/, 'ends with white space'],
]

function withoutStray(reference: string, what: string, value: string, allowed: string): string {
  const stray = strays.find(([pattern]) => pattern.test(value))
  if (stray === undefined) return value
  throw new Error(`${reference}: ${what} ${stray[1]}; keep the secret alone in it${allowed}`)
}
