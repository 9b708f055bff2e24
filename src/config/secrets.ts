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
      return `"${target}" is no name of an environment variable: letters, digits and "_", not beginning with a digit`
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
 * break at the end of a file is not part of the secret.
 * @throws when a reference leads to nothing; the message names the reference, never a value
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
  const value = Object.hasOwn(env, name) ? env[name] : undefined
  if (value === undefined) throw new Error(`${reference}: this environment variable is not set`)
  if (value === '') throw new Error(`${reference}: this environment variable is empty`)
  return value
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
    const reason = error instanceof Error && 'code' in error ? String(error.code) : 'it could not be read'
    throw new Error(`${reference}: this file cannot be read (${reason})`, { cause: error })
  }
  const value = content.replace(/\r?\n$/, '')
  if (value === '') throw new Error(`${reference}: this file is empty`)
  return value
}
