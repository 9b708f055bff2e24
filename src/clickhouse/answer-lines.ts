import { parseError } from '@clickhouse/client'

/**
 * The lines of an answer in `JSONCompactEachRowWithNamesAndTypes`: names, types and rows, none of them missing. A server or a proxy that had
 * begun with status 200 tells of what went wrong in the body, or just stops.
 * @throws ClickHouseError for an exception in the body, and Error for an answer that is not whole
 */
export function linesOf(text: string): unknown[][] {
  const written = text.split('\n')
  const rest = written.pop() ?? ''
  const lines = written.map((line, at) => lineOf(line) ?? refuse([...written.slice(at), rest].join('\n')))
  if (rest !== '') refuse(rest)
  const [names, types] = lines
  if (names === undefined || types === undefined)
    throw new Error('it answered without names and types of columns')
  const odd = lines.findIndex(({ length }) => length !== names.length)
  if (odd !== -1)
    throw new Error(
      `line ${odd + 1} of its answer has ${lines[odd]?.length} values for ${names.length} columns`,
    )
  return lines
}

function lineOf(text: string): unknown[] | undefined {
  try {
    const line: unknown = JSON.parse(text)
    return Array.isArray(line) ? line : undefined
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

/** What stands where a whole line is expected. */
function refuse(text: string): never {
  if (text.includes('DB::Exception')) throw parseError(text)
  throw new Error(`its answer is cut off or no result: ${JSON.stringify(text.slice(0, 80))} instead of a row`)
}
