/** Results go to standard output, as JSON for programs or as text for people; everything else goes to standard error. */
export function print(options: { readonly json?: boolean }, value: unknown, text: () => string): void {
  const output = options.json === true ? JSON.stringify(value, null, 2) : text()
  if (output !== '') process.stdout.write(`${output}\n`)
}

/** Progress and problems. */
export function tell(line: string): void {
  process.stderr.write(`${line}\n`)
}

/** Columns as wide as their widest cell. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [head, ...rows]
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
