/**
 * Text as Markdown that shows as that very text: in CommonMark and GitHub's dialect, in a paragraph, a list item or a table cell. White
 * space becomes single spaces; characters that only steer a display (controls, direction overrides) become a replacement character.
 */
export function escapeMarkdown(text: string): string {
  return (
    text
      .toWellFormed()
      .replace(/\s+/gu, ' ')
      .trim()
      .replace(/[\p{Cc}\u200E\u200F\u202A-\u202E\u2066-\u2069]/gu, '\uFFFD')
      .replace(/[\\`*[\]<>|~&$]/g, String.raw`\$&`)
      // Between letters or digits an underscore emphasises nothing, and names stay readable.
      .replace(/(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, String.raw`\_`)
      // What begins a heading, a list, a table or a rule at the beginning of a line.
      .replace(/^(?:[#=]|[-+](?![\p{L}\p{N}])|:(?=-))/u, String.raw`\$&`)
      .replace(/^(\d+)([.)])(?=\s|$)/, String.raw`$1\$2`)
      // GitHub makes links of bare addresses.
      .replace(/(?<=https?|ftp):(?=\/\/)/gi, String.raw`\:`)
      .replace(/www\./gi, (found) => `${found.slice(0, 3)}${String.raw`\.`}`)
  )
}

/**
 * Text that stands as it is, as an indented code block: nothing in it can end the block, which a fence could not promise. Has to stand
 * between empty lines and outside lists.
 */
export function codeBlock(text: string): string {
  const visible = text
    .toWellFormed()
    .replace(/[^\P{Cc}\n\r\t]|[\u200E\u200F\u202A-\u202E\u2066-\u2069]/gu, '\uFFFD')
  return visible
    .split(/\r\n|\n|\r/)
    .map((line) => `    ${line}`)
    .join('\n')
}

/**
 * Every text in a value escaped, at any depth; `{code: …}` becomes a code block, and `{markdown: …}` is Markdown already. Names of members
 * are ours and stay.
 */
export function escapeDeep(value: unknown): unknown {
  if (typeof value === 'string') return escapeMarkdown(value)
  if (Array.isArray(value)) return value.map(escapeDeep)
  if (typeof value !== 'object' || value === null) return value
  if ('code' in value && typeof value.code === 'string') return codeBlock(value.code)
  if ('markdown' in value && typeof value.markdown === 'string') return value.markdown
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, escapeDeep(member)]))
}
