const plainPart = /[A-Za-z_][A-Za-z0-9_]*/y
const quotedPart = /`((?:[^`\\\0]|\\[\s\S]|``)+)`/y

/**
 * The names in `database.table` or in one of them: as they are when they are of letters, digits and "_", and otherwise in backquotes, inside which
 * a backquote and a backslash have a backslash before them.
 * @returns `undefined` for any other text
 */
export function identifierParts(text: string): string[] | undefined {
  const parts: string[] = []
  let at = 0
  for (;;) {
    const part = partAt(text, at)
    if (part === undefined) return undefined
    parts.push(part.name)
    at = part.end
    if (at === text.length) return parts
    if (text[at++] !== '.') return undefined
  }
}

function partAt(text: string, at: number): { readonly name: string; readonly end: number } | undefined {
  plainPart.lastIndex = at
  const plain = plainPart.exec(text)
  if (plain !== null) return { name: plain[0], end: plainPart.lastIndex }
  quotedPart.lastIndex = at
  const quoted = quotedPart.exec(text)
  if (quoted === null) return undefined
  const name = (quoted[1] ?? '').replaceAll(
    /\\([\s\S])|``/g,
    (_, escaped: string | undefined) => escaped ?? '`',
  )
  return { name, end: quotedPart.lastIndex }
}

/** A name in backquotes, whatever characters it has. */
export function quotedIdentifier(name: string): string {
  return `\`${name.replaceAll(/[\\`]/g, String.raw`\$&`)}\``
}

/** A name as people write it: in backquotes only where it needs them. */
export function writtenIdentifier(name: string): string {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) ? name : quotedIdentifier(name)
}
