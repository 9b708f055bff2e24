import { once } from 'node:events'
import { oneLine, table, tell, withoutControls } from './terminal.ts'

/** What is known of a statement when its answer is shown. */
export interface ShownStatement {
  /** Counted from 1. */
  readonly number: number
  /** Of its first word, counted from 1. */
  readonly line: number
}

type Body = AsyncIterable<Uint8Array>

/** Shows the answers of statements one after the other. */
export interface StatementOutput {
  /** The format in which answers are wanted. */
  readonly format: string
  /** Rows asked for: one more than are shown, which says that there are more. */
  readonly asks?: number
  add(statement: ShownStatement, body: Body): Promise<void>
  end(): Promise<void>
}

/** Tables for people. Cells are cut where they would fill the screen. */
export function tableOutput(limit: number): StatementOutput {
  let shown = 0
  return {
    format: 'JSONCompactStringsEachRowWithNames',
    asks: limit + 1,
    async add(_, body) {
      const { lines, isCut } = await linesOf(body, limit + 1)
      const [names, ...rows] = lines.map((line) => (JSON.parse(line) as string[]).map(cellText))
      if (names === undefined) return
      if (shown++ > 0) await write('\n')
      await write(`${withoutControls(table(names, rows))}\n`)
      if (rows.length === 0) tell('no rows')
      if (isCut) tell(`only the first ${limit} rows are shown; --limit shows more, --format shows all`)
    },
    end: async () => undefined,
  }
}

/** One JSON document. Rows are taken over as ClickHouse writes them: numbers keep all their digits. */
export function jsonOutput(limit: number): StatementOutput {
  const written: string[] = []
  return {
    format: 'JSONEachRow',
    asks: limit + 1,
    async add({ number, line }, body) {
      const { lines, isCut } = await linesOf(body, limit)
      const rows = lines.length === 0 ? '[]' : `[\n      ${lines.join(',\n      ')}\n    ]`
      written.push(
        `  {\n    "statement": ${number},\n    "line": ${line},\n    "rows": ${rows},\n    "hasMore": ${isCut}\n  }`,
      )
    },
    end: () => write(`{ "statements": [\n${written.join(',\n')}\n] }\n`),
  }
}

/** Whatever ClickHouse writes, as it comes; what a terminal would obey is taken out where there is one. */
export function rawOutput(format: string): StatementOutput {
  return {
    format,
    async add(_, body) {
      const decoder = new TextDecoder()
      for await (const chunk of body)
        await write(process.stdout.isTTY ? withoutControls(decoder.decode(chunk, { stream: true })) : chunk)
    },
    end: async () => undefined,
  }
}

const longestCell = 200

function cellText(cell: string | null): string {
  if (cell === null) return 'NULL'
  const text = oneLine(cell)
  return text.length <= longestCell ? text : `${text.slice(0, longestCell - 1).toWellFormed()}…`
}

/** The first lines, without waiting for those behind them. */
async function linesOf(body: Body, most: number): Promise<{ lines: string[]; isCut: boolean }> {
  const decoder = new TextDecoder()
  const lines: string[] = []
  let rest = ''
  for await (const chunk of body) {
    const parts = (rest + decoder.decode(chunk, { stream: true })).split('\n')
    rest = parts.pop() ?? ''
    lines.push(...parts)
    if (lines.length > most) return { lines: lines.slice(0, most), isCut: true }
  }
  if (rest !== '') lines.push(rest)
  return { lines: lines.slice(0, most), isCut: lines.length > most }
}

/** A slow reader is waited for. */
async function write(text: string | Uint8Array): Promise<void> {
  if (!process.stdout.write(text)) await once(process.stdout, 'drain')
}
