/** Results go to standard output, as JSON for programs or as text for people; everything else goes to standard error. */
export function print(options: { readonly json?: boolean }, value: unknown, text: () => string): void {
  const output = options.json === true ? JSON.stringify(value, null, 2) : withoutControls(text())
  if (output !== '') process.stdout.write(`${output}\n`)
}

/** Progress and problems. */
export function tell(line: string): void {
  process.stderr.write(`${withoutControls(line)}\n`)
}

/**
 * Labels, annotations and notes come from anywhere, and a terminal obeys what is written to it: control characters, and those that turn the
 * direction of writing round, are shown as what they are not meant to be, a replacement character.
 */
export function withoutControls(text: string): string {
  return text.replaceAll(/(?![\n\t])[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu, '\ufffd')
}

/** Columns as wide as their widest cell. A cell is one line, whatever it says. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [head, ...rows].map((row) => row.map(oneLine))
  const widths = head.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)))
  return lines
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

/** A text from outside that must not look like lines of its own. */
export function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ')
}
