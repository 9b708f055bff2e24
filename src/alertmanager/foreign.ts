import { parseDocument, visit } from 'yaml'

/* Parts of a file of Alertmanager. Each is read as text, as Go's YAML does where text is expected: `severity: yes` is the text "yes". */

/** The file is none that Alertmanager would take; `problems` name each path. */
export class AlertmanagerRefused extends Error {
  override readonly name = 'AlertmanagerRefused'
  readonly problems: readonly string[]
  constructor(problems: readonly string[]) {
    super(problems.join('\n  '))
    this.problems = problems
  }
}

/** A map, list or text of the file, and where it stands. */
export interface Part {
  readonly path: string
  readonly value: unknown
}

const mostAliases = 1_000

/** @throws AlertmanagerRefused for what is no YAML, or no map */
export function readFile(text: string): Part {
  const document = parseDocument(text, { schema: 'failsafe', merge: true, prettyErrors: true })
  // Its first line only: what follows is an excerpt, in which secrets may be.
  const [mistake] = document.errors
  if (mistake !== undefined) throw new AlertmanagerRefused([mistake.message.replace(/:?\n[^]*$/, '')])
  // `receiver: "null"` is a name, and `receiver: null` says nothing.
  visit(document, {
    Scalar: (_key, node) => {
      if (node.type === 'PLAIN' && /^(?:~|null|Null|NULL)?$/.test(node.source ?? '')) node.value = null
    },
  })
  let value: unknown
  try {
    value = document.toJS({ maxAliasCount: mostAliases })
  } catch (error) {
    throw new AlertmanagerRefused([error instanceof Error ? error.message : String(error)])
  }
  if (!isMap(value)) throw new AlertmanagerRefused(['the file is no map with "route" and "receivers"'])
  return { path: '', value }
}

export function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** What stands under a key; its value is `undefined` where there is nothing, or an empty value as in `routes:`. */
export function under({ path, value }: Part, key: string): Part {
  const found = isMap(value) && Object.hasOwn(value, key) ? value[key] : undefined
  return { path: path === '' ? key : `${path}.${key}`, value: found ?? undefined }
}

/** The first of these keys that says anything. */
export function firstUnder(part: Part, keys: readonly string[]): Part | undefined {
  return keys.map((key) => under(part, key)).find(({ value }) => value !== undefined)
}

/** @throws AlertmanagerRefused for what is no list */
export function items({ path, value }: Part): Part[] {
  if (value === undefined) return []
  if (!Array.isArray(value)) throw new AlertmanagerRefused([`${path}: must be a list`])
  return value.map((item: unknown, index) => ({ path: `${path}[${index}]`, value: item }))
}

/** @throws AlertmanagerRefused for what is no map */
export function keysOf({ path, value }: Part): string[] {
  if (value === undefined) return []
  if (!isMap(value)) throw new AlertmanagerRefused([`${path}: must be a map`])
  return Object.keys(value)
}

/** @throws AlertmanagerRefused for a list or a map */
export function textIn({ path, value }: Part): string | undefined {
  if (value === undefined) return undefined
  if (typeof value === 'string') return value
  throw new AlertmanagerRefused([`${path}: must be text`])
}

export function textsIn(part: Part): string[] {
  return typeof part.value === 'string' ? [part.value] : items(part).map((item) => textIn(item) ?? '')
}

/** A map of texts. An empty text is one here, as in `match: { team: '' }`. */
export function mapIn(part: Part): [key: string, text: string, path: string][] {
  return keysOf(part).map((key) => {
    const value = isMap(part.value) ? part.value[key] : undefined
    const path = `${part.path}.${key}`
    return [key, textIn({ path, value: value ?? '' }) ?? '', path]
  })
}

export function isTrue(part: Part): boolean {
  const written = textIn(part)
  return written !== undefined && /^(?:true|yes|on|y)$/i.test(written)
}

const units = [365 * 86_400_000, 7 * 86_400_000, 86_400_000, 3_600_000, 60_000, 1_000, 1] as const
const durationForm = /^(?:(\d+)y)?(?:(\d+)w)?(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?(?:(\d+)ms)?$/

/**
 * A duration as Prometheus writes it, in milliseconds. Source: prometheus/common, model/time.go.
 * @throws AlertmanagerRefused
 */
export function durationIn(part: Part): number | undefined {
  const written = textIn(part)
  if (written === undefined) return undefined
  if (written === '0') return 0
  const numbers = durationForm.exec(written)?.slice(1)
  if (numbers === undefined || numbers.every((number) => number === undefined))
    throw new AlertmanagerRefused([`${part.path}: ${JSON.stringify(written)} is not a duration`])
  return numbers.reduce((sum, number, index) => sum + Number(number ?? 0) * (units[index] ?? 0), 0)
}
