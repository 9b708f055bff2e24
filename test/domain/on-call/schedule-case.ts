import type {
  Layer,
  Override,
  Schedule,
  ShiftSwap,
  TemporarySchedule,
} from '../../../src/domain/on-call/schedule.ts'
import { insertTemporary } from '../../../src/domain/on-call/temporary.ts'
import { listOf, type Fields } from '../../support/cases.ts'
import { always, instantOf, namesOf, shiftOf } from './case-times.ts'
import { rotationOf, scheduleOf } from './rotation-case.ts'

/** What a case's fields say together: who is on call by itself, layers, overrides, temporary schedules, swaps. */
export function scheduleFrom(input: Fields): Schedule {
  const base = ['base', 'rule', 'shift', 'shifts'].flatMap((name) => shiftsIn(input[name]))
  const temporary = ['temporary', 'existing', 'new'].flatMap((name) => temporariesIn(input[name], name))
  const overrides = [...several(input['overrides']), ...several(input['override'])]
  const layered = overrides.filter(isLayer)
  return scheduleOf(
    [
      ...base.map((shift, at) => fixedLayer(`base ${at}`, 0, shift)),
      ...several(input['layers']).map((fields, at) => layerFrom(fields as Fields, `layer ${at}`, 0)),
      // Overrides with a priority of their own are layers above all layers.
      ...layered.map((fields, at) => layerFrom(fields, `override ${at}`, 1_000)),
    ],
    {
      overrides: overrides
        .filter((written) => !isLayer(written))
        .map((written, at) => overrideOf(written, `o${at}`)),
      temporary: temporary.reduce<readonly TemporarySchedule[]>(insertTemporary, []),
      swaps: [...several(input['swaps']), ...several(input['swap'])].map((written, at) =>
        swapOf(written, `s${at}`),
      ),
    },
  )
}

/** A record, `[from, to, removed, added]`, `[from, to, words]`, or words alone, which hold all day unless they say from when to when. */
export function overrideOf(written: unknown, id: string): Override {
  if (typeof written === 'object' && written !== null && !Array.isArray(written)) {
    const { from, start, to, end, removed, added } = written as Fields
    return overrideOf([from ?? start, to ?? end, removed ?? null, added ?? null], id)
  }
  const [from, to, removed, added] = Array.isArray(written) ? written : [undefined, undefined, written]
  const words = added === undefined && typeof removed === 'string' ? inWords(removed) : { removed, added }
  const clocks = typeof removed === 'string' ? (removed.match(/\d{1,2}:\d{2}/g) ?? []) : []
  return {
    id,
    from: instantOf(from ?? clocks[0] ?? 0),
    to: instantOf(to ?? clocks[1] ?? 24),
    removed: words.removed ?? null,
    added: words.added ?? null,
  }
}

function inWords(words: string): { removed: string | null; added: string | null } {
  const [, added] = /^add (\S+)/.exec(words) ?? []
  const [, removed] = /^remove (\S+)/.exec(words) ?? []
  const [, before, after] = /^(?:replace )?(\S+) (?:->|by|with) (\S+)/.exec(words) ?? []
  if (added === undefined && removed === undefined && before === undefined)
    throw new Error(`"${words}" is no override that the reader understands`)
  return { removed: removed ?? before ?? null, added: added ?? after ?? null }
}

/** A list of things, or one of them: words, a record, or a list that begins with a time. */
function several(value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) return listOf(value)
  return Array.isArray(value[0]) || typeof value[0] === 'object' || isWords(value[0])
    ? value
    : value.length === 0
      ? []
      : [value]
}

function isWords(value: unknown): boolean {
  return typeof value === 'string' && / /.test(value)
}

function isLayer(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && ('user' in value || 'users' in value)
}

/** `ana`, several names, `ana 24x7`, or `[from, to, names]`. */
function shiftsIn(value: unknown): { from: number; to: number; people: readonly string[] }[] {
  if (value === undefined || value === null) return []
  const list = listOf(value)
  if (list.every((item) => Array.isArray(item))) return list.map(shiftOf)
  if (list.length >= 3 && /^\d/.test(String(list[0]))) return [shiftOf(list)]
  return [{ ...always, people: namesOf(list.map((name) => String(name).replace(/ 24x7$/, ''))) }]
}

function temporariesIn(value: unknown, id: string): TemporarySchedule[] {
  return several(value).map((written, at) => {
    const fields: Fields = Array.isArray(written)
      ? { start: written[0], end: written[1], shifts: written[2] }
      : (written as Fields)
    return {
      id: `${id} ${at}`,
      from: instantOf(fields['start'] ?? fields['from']),
      to: instantOf(fields['end'] ?? fields['to']),
      shifts: several(fields['shifts']).map(shiftOf),
    }
  })
}

export function swapOf(written: unknown, id: string): ShiftSwap {
  const [from, to, owner, taker] = listOf(written)
  return {
    id,
    from: instantOf(from),
    to: instantOf(to),
    owner: String(owner),
    taker: typeof taker === 'string' ? taker : null,
  }
}

function layerFrom(fields: Fields, name: string, above: number): Layer {
  const priority = Number(fields['priority'] ?? 0) + above
  if (fields['startLocal'] !== undefined) return { name, priority, windows: [], turns: rotationOf(fields) }
  return fixedLayer(name, priority, {
    from: instantOf(fields['start'] ?? fields['from'] ?? 0),
    to: instantOf(fields['end'] ?? fields['to'] ?? 24),
    people: namesOf(fields['users'] ?? fields['user'] ?? fields['people']),
  })
}

function fixedLayer(
  name: string,
  priority: number,
  shift: { from: number; to: number; people: readonly string[] },
): Layer {
  return { name, priority, turns: { kind: 'shifts', shifts: [shift] }, windows: [] }
}
