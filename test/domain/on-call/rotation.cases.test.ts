import { expect } from 'vitest'
import { editParticipants, type RotationLayer } from '../../../src/domain/on-call/edit-rotation.ts'
import { rotationShifts } from '../../../src/domain/on-call/rotation.ts'
import type { Rotation } from '../../../src/domain/on-call/schedule.ts'
import { gapsBetween, overlapsBetween } from '../../../src/domain/on-call/coverage.ts'
import { onCallAt } from '../../../src/domain/on-call/segments.ts'
import { describeCases, type Expectation, type Fields, listOf, textOf } from '../../support/cases.ts'
import { hourMs, instantOf, intervalsOf, iso, namesOf, written } from './case-times.ts'
import { edited, rotationOf, rotationsOf, scheduleOf, scheduleOfRotations } from './rotation-case.ts'

const yearMs = 366 * 24 * hourMs

describeCases('on-call', 'rotation', (input, expectation) => {
  if (input['ops'] !== undefined) checkEdits(input, expectation)
  if (expectation.left().length > 0) checkRotations(input, expectation)
})

function checkRotations(input: Fields, expectation: Expectation): void {
  const rotations = rotationsOf(input)
  const schedule = scheduleOfRotations(rotations)
  const handoff = expectation.take('handoffsUtc') ?? expectation.take('handoffUtc')
  if (handoff !== undefined)
    for (const [rotation, expected] of perRotation(rotations, handoff)) checkHandoffs(rotation, expected)
  expectation.field('shiftHours', (hours) => {
    for (const [rotation, expected] of perRotation(rotations, hours))
      checkHours(rotation, expected, typeof handoff === 'string' ? handoff : undefined)
  })
  expectation.field('onCallAt', (holders) => {
    for (const [instant, people] of Object.entries(holders as Fields))
      checkHolders(rotations, instant, people)
  })
  expectation.field('onCall', (holders) => {
    const queries = listOf(input['queries'])
    const answers = Array.isArray(holders) && Array.isArray(input['queries']) ? holders : [holders]
    expect(queries.map((at) => onCallAt(schedule, instantOf(at)).people)).toEqual(answers.map(peopleOf))
  })
  expectation.field('mustReport', (reason) => {
    const empty = listOf(input['queries']).map((at) => onCallAt(schedule, instantOf(at)))
    expect(empty.filter(({ people }) => people.length === 0).map((answer) => answer.reason)).toContain(reason)
  })
  checkCoverage(input, expectation, rotations)
}

/** Names, or by the name of each rotation who has its turn. */
function checkHolders(rotations: ReadonlyMap<string, Rotation>, instant: string, people: unknown): void {
  if (typeof people !== 'object' || people === null || Array.isArray(people)) {
    const schedule = scheduleOfRotations(rotations)
    expect(onCallAt(schedule, instantOf(instant)).people, instant).toEqual(peopleOf(people))
    return
  }
  for (const [rotation, expected] of perRotation(rotations, people)) {
    const schedule = scheduleOfRotations([['rotation', rotation]])
    expect(onCallAt(schedule, instantOf(instant)).people, instant).toEqual(peopleOf(expected))
  }
}

/** The span that is looked at for gaps and overlaps: `from` and `to`, or between the first and the last query. */
function checkCoverage(
  input: Fields,
  expectation: Expectation,
  rotations: ReadonlyMap<string, Rotation>,
): void {
  const queries = listOf(input['queries'])
  const from = instantOf(input['from'] ?? queries[0] ?? '00:00')
  const to = instantOf(input['to'] ?? queries.at(-1) ?? '24:00')
  const schedule = scheduleOfRotations(rotations)
  for (const name of ['gapUtc', 'gapsUtc'])
    expectation.field(name, (gaps) =>
      expect(written(gapsBetween(schedule, from, to))).toEqual(intervalsOf(gaps)),
    )
  for (const name of ['overlapUtc', 'overlapsUtc', 'bothOnCallUtc'])
    expectation.field(name, (both) =>
      expect(written(overlapsBetween(schedule, from, to))).toEqual(intervalsOf(both)),
    )
}

/** With several rotations an expectation is a record by name or a list beside them; with one it stands alone. */
function perRotation(rotations: ReadonlyMap<string, Rotation>, expected: unknown): [Rotation, unknown][] {
  const all = [...rotations]
  if (all.length === 1) return all.map(([, rotation]) => [rotation, expected])
  if (Array.isArray(expected)) {
    expect(expected, 'one for each rotation').toHaveLength(all.length)
    return all.map(([, rotation], at) => [rotation, expected[at]])
  }
  return Object.entries(expected as Fields).map(([name, value]) => {
    const rotation = rotations.get(name)
    if (rotation === undefined) throw new Error(`no rotation of the case is called "${name}"`)
    return [rotation, value]
  })
}

/** A list has the first hand-offs from the start, one alone is any of them. */
function checkHandoffs(rotation: Rotation, expected: unknown): void {
  const known = listOf<string>(expected).map((instant) => iso(Date.parse(instant)))
  const last = Date.parse(known.at(-1) ?? '')
  const found = rotationShifts(rotation, last - 50 * yearMs, last + 1).map(({ from }) => iso(from))
  if (Array.isArray(expected)) expect(found).toEqual(known)
  else expect(found).toContain(known[0])
}

/** A list has the first shifts, a record the shifts that hold at its instants, a number alone one of the first or that from `since`. */
function checkHours(rotation: Rotation, expected: unknown, since: string | undefined): void {
  const start = Date.parse(`${rotation.start}Z`)
  const shifts = rotationShifts(rotation, start - 48 * hourMs, start + yearMs)
  const hoursOf = ({ from, to }: { from: number; to: number }) => (to - from) / hourMs
  if (Array.isArray(expected)) {
    expect(shifts.slice(0, expected.length).map(hoursOf)).toEqual(expected)
  } else if (typeof expected === 'object' && expected !== null) {
    for (const [at, hours] of Object.entries(expected)) {
      const shift = shifts.find(({ from, to }) => from <= instantOf(at) && instantOf(at) < to)
      expect(shift === undefined ? null : hoursOf(shift), at).toBe(hours)
    }
  } else {
    const candidates = since === undefined ? shifts : shifts.filter(({ from }) => from === Date.parse(since))
    expect(candidates.map(hoursOf)).toContain(expected)
  }
}

function peopleOf(value: unknown): string[] {
  return namesOf(listOf(value).filter((person) => person !== null))
}

/** Each edit falls into the same shift, so only edits change who is on call. */
function checkEdits(input: Fields, expectation: Expectation): void {
  let participants = [...listOf<string>(input['participants'])]
  const turns = rotationOf({
    ...input,
    startLocal: '2026-01-01 00:00',
    kind: 'daily',
    timeZone: 'UTC',
    shiftLength: 1,
  })
  const day = Math.max(0, participants.indexOf(textOf(input['active'], participants[0])))
  let at = Date.parse(turns.start + 'Z') + day * 24 * hourMs
  let layers: RotationLayer[] = [{ name: 'rotation', priority: 1, windows: [], turns }]
  const active: (string | null)[] = []
  const lists: string[][] = []
  for (const op of listOf<string>(input['ops'])) {
    at += 60_000
    participants = edited(participants, op)
    layers = layers.flatMap((layer) =>
      editParticipants(
        layer,
        participants.map((person) => [person]),
        at,
      ),
    )
    active.push(onCallAt(scheduleOf(layers), at).people[0] ?? null)
    lists.push(participants)
  }
  expectation.field('activeAfterEach', (each) => expect(active).toEqual(listOf(each)))
  for (const name of ['active', 'activeAfter'])
    expectation.field(name, (last) => expect(active.at(-1)).toEqual(last))
  expectation.field('participants', (last) => expect(lists.at(-1)).toEqual(last))
}
