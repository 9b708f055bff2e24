import { parentPort } from 'node:worker_threads'
import jsonata from 'jsonata'
import { type JsonMap, type JsonMapField, jsonMapFields } from '../domain/configuration/sender.ts'
import { errorText } from '../domain/page/delivery.ts'
import type { MapAnswer, MappedItem, MapRequest } from './json-map-evaluator.ts'

/* The thread that evaluates the expressions of a map. It is told nothing but the map and the body. */

/** For one expression, in milliseconds. The thread itself is ended somewhat later. */
const timeout = 250
/** Calls inside each other. */
const stack = 250
/** Of a list that an expression makes, and of a range. */
const sequence = 100_000
/** Far more than any request brings; each is an alert. */
const mostItems = 1_000
/** In UTF-16 units, of everything that came of a request. */
const longestAnswer = 8 * 1024 * 1024

const known = new Map<string, jsonata.Expression>()
const mostKnown = 1_000

function compiled(expression: string): jsonata.Expression {
  const before = known.get(expression)
  if (before !== undefined) return before
  const made = jsonata(expression, { timeout, stack, sequence })
  if (known.size >= mostKnown) known.clear()
  known.set(expression, made)
  return made
}

type Outcome = { readonly value: unknown } | { readonly problem: string }

/** `$eval` would run text of the body. */
async function evaluated(expression: string, input: unknown, body: unknown): Promise<Outcome> {
  try {
    return { value: plain(await compiled(expression).evaluate(input, { body, eval: undefined })) }
  } catch (error) {
    const { message } = error as { readonly message?: unknown }
    return { problem: typeof message === 'string' ? errorText(message) : 'the expression failed' }
  }
}

/** Data only: functions and what hangs on them are left out. */
function plain(value: unknown): unknown {
  const text = JSON.stringify(value, (_name, member: unknown) => (isFunction(member) ? undefined : member))
  return text === undefined ? undefined : JSON.parse(text)
}

function isFunction(member: unknown): boolean {
  return (
    typeof member === 'object' &&
    member !== null &&
    ('_jsonata_lambda' in member || '_jsonata_function' in member)
  )
}

function listOf(value: unknown): readonly unknown[] {
  if (value === undefined || value === null) return []
  return Array.isArray(value) ? value : [value]
}

async function fieldsOf(item: unknown, { map, body }: MapRequest): Promise<MappedItem> {
  const fields: Partial<Record<JsonMapField, unknown>> = {}
  const problems: string[] = []
  for (const field of jsonMapFields) {
    const expression = map[field]
    if (expression === undefined) {
      if (typeof item === 'object' && item !== null && Object.hasOwn(item, field))
        fields[field] = (item as Readonly<Record<string, unknown>>)[field]
      continue
    }
    const outcome = await evaluated(expression, item, body)
    if ('problem' in outcome) problems.push(`${field}: ${outcome.problem}`)
    else fields[field] = outcome.value
  }
  return { fields, problems }
}

/** Without an expression the body itself, unless the map is about changes only. */
async function itemsOf({ map, body }: MapRequest): Promise<Outcome> {
  if (map.alerts !== undefined) return evaluated(map.alerts, body, body)
  const { changes: _, ...others }: JsonMap = map
  return { value: Object.keys(others).length > 0 ? body : undefined }
}

async function answerTo(request: MapRequest): Promise<MapAnswer> {
  const { map, body } = request
  const problems: string[] = []
  const read = (path: string, outcome: Outcome): readonly unknown[] => {
    const list = 'problem' in outcome ? [] : listOf(outcome.value)
    if ('problem' in outcome) problems.push(`${path}: ${outcome.problem}`)
    if (list.length > mostItems) problems.push(`${path}: ${list.length} at once; only ${mostItems} were read`)
    return list.slice(0, mostItems)
  }
  const items: MappedItem[] = []
  for (const item of read('alerts', await itemsOf(request))) items.push(await fieldsOf(item, request))
  const changes = map.changes === undefined ? [] : read('changes', await evaluated(map.changes, body, body))
  return { items, changes, problems }
}

async function answerText(request: MapRequest): Promise<string> {
  const text = JSON.stringify(await answerTo(request))
  if (text.length <= longestAnswer) return text
  return JSON.stringify({ items: [], changes: [], problems: ['alerts: the map makes too much of this body'] })
}

parentPort?.on('message', (request: MapRequest) => {
  void answerText(request).then((text) => parentPort?.postMessage(text))
})
parentPort?.postMessage('ready')
