import type { Rotation, Schedule } from '../../../src/domain/on-call/schedule.ts'
import { listOf, textOf, type Fields } from '../../support/cases.ts'

/** A case's rotation; `shared` has what several rotations have in common. */
export function rotationOf(fields: Fields, shared: Fields = {}): Rotation {
  const { timeZone, startLocal, kind, shiftLength, participants } = { ...shared, ...fields }
  return {
    kind: 'rotation',
    timeZone: textOf(timeZone, 'UTC'),
    start: textOf(startLocal, '2026-01-01 00:00').replace(' ', 'T'),
    unit: (kind ?? 'daily') as Rotation['unit'],
    length: Number(shiftLength ?? 1),
    participants: listOf(participants).map((turn) => listOf<string>(turn)),
  }
}

/** The rotations of a case by name: one, several in a list or a record, or one for each value of a field that has a list. */
export function rotationsOf(input: Fields): ReadonlyMap<string, Rotation> {
  const { rotations } = input
  if (rotations === undefined) return spread(input)
  const named = Array.isArray(rotations)
    ? (rotations as Fields[]).map((fields, at) => [textOf(fields['name'], `${at}`), fields] as const)
    : Object.entries(rotations as Readonly<Record<string, Fields>>)
  return new Map(named.map(([name, fields]) => [name, rotationOf(fields, input)]))
}

function spread(input: Fields): ReadonlyMap<string, Rotation> {
  const several = ['timeZone', 'startLocal', 'kind', 'shiftLength'].filter((name) =>
    Array.isArray(input[name]),
  )
  const lists = several.map((name) => [name, listOf(input[name])] as const)
  const count = Math.max(1, ...lists.map(([, values]) => values.length))
  const rotations = Array.from({ length: count }, (_, at): [string, Rotation] => {
    const values = Object.fromEntries(lists.map(([name, list]) => [name, list[at] ?? list[0]]))
    return [textOf(lists[0]?.[1][at], 'rotation'), rotationOf(values, input)]
  })
  return new Map(rotations)
}

export function scheduleOf(layers: Schedule['layers'], rest: Partial<Schedule> = {}): Schedule {
  return {
    name: 'case',
    title: 'Case',
    timeZone: 'UTC',
    layers,
    overrides: [],
    temporary: [],
    swaps: [],
    ...rest,
  }
}

export function scheduleOfRotations(rotations: Iterable<readonly [string, Rotation]>): Schedule {
  return scheduleOf([...rotations].map(([name, turns]) => ({ name, priority: 1, turns, windows: [] })))
}

/** The list after an edit in words: `remove ana`, `add di`, `add di after ben`, `replace ana by di`, `move ana to 2`, `set ana, di`. */
export function edited(participants: readonly string[], op: string): string[] {
  const [verb = '', name = '', place, mark] = op.split(/[\s,]+/)
  const without = participants.filter((person) => person !== name)
  switch (verb) {
    case 'remove':
    case 'delete':
      return without
    case 'add':
    case 'append':
    case 'insert':
    case 'move':
      return without.toSpliced(placeIn(without, place, mark), 0, name)
    case 'replace':
      return participants.map((person) => (person === name ? (mark ?? '') : person))
    case 'swap':
      return participants.map((person) => (person === name ? (mark ?? '') : person === mark ? name : person))
    case 'set':
    case 'reorder':
      return op.split(/[\s,]+/).slice(1)
    default:
      throw new Error(`"${op}" is no edit that the reader understands`)
  }
}

function placeIn(list: readonly string[], place: string | undefined, mark: string | undefined): number {
  if (place === undefined || place === 'last' || mark === 'last') return list.length
  if (place === 'first' || mark === 'first') return 0
  if (place === 'before') return list.indexOf(mark ?? '')
  if (place === 'after') return list.indexOf(mark ?? '') + 1
  return Number(mark)
}
