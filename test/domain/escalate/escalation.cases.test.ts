import { expect } from 'vitest'
import type { EscalationPolicy } from '../../../src/domain/configuration/escalation-policy.ts'
import { keepPosition } from '../../../src/domain/escalate/escalate.ts'
import { rateReached } from '../../../src/domain/escalate/hold.ts'
import { type Simulated, simulate } from '../../../src/domain/incident/simulate.ts'
import type { SimulatedEntry } from '../../../src/domain/incident/simulate-entries.ts'
import { nextInside } from '../../../src/domain/on-call/business-hours.ts'
import { describeCases, type Expectation, type Fields, listOf, textOf } from '../../support/cases.ts'
import { type EscalationCase, escalationCase, timeOf } from './escalation-case.ts'

const minuteMs = 60_000

type Row = readonly unknown[]
type Page = Extract<SimulatedEntry, { kind: 'page' }>

describeCases('on-call', 'escalation', (input, expectation) => {
  checkHeldSteps(input, expectation)
  checkDeletedSteps(input, expectation)
  if (expectation.left().length > 0) checkStory(input, expectation)
})

/** When a step goes on that waits for a time of the day, or for alerts. */
function checkHeldSteps(input: Fields, expectation: Expectation): void {
  expectation.field('resumesAt', (expected) => {
    const [start = '', end = ''] = listOf<string>(input['window'])
    const timeZone = textOf(input['timeZone'], 'UTC')
    const weekdays = listOf<number>(input['weekdaysMon0'] ?? [0, 1, 2, 3, 4, 5, 6]).map((day) => day + 1)
    const hours = { timeZone, windows: [{ timeZone, weekdays, start, end }], holidays: [] }
    const resumes = listOf<string>(input['at']).map((at) => {
      const open = nextInside(hours, Date.parse(at))
      return open === Date.parse(at) ? 'immediately' : open === null ? null : iso(open)
    })
    expect(resumes).toEqual(listOf(expected))
  })
  expectation.field('resumesAtMin', (expected) => {
    const began = listOf<number>(input['alertsMin']).map((at) => at * minuteMs)
    const rate = { moreThan: Number(input['moreThan']), withinMs: Number(input['windowMin']) * minuteMs }
    const reached = began.find((at) => rateReached(began, rate, at))
    expect(reached === undefined ? null : reached / minuteMs).toBe(expected)
  })
}

function iso(at: number): string {
  return new Date(at).toISOString().replace('.000Z', 'Z')
}

/** The edited policy is applied by command, with the position kept. */
function checkDeletedSteps(input: Fields, expectation: Expectation): void {
  if (input['deleted'] === undefined) return
  expectation.field('next', (expected) => {
    const names = listOf<string>(input['steps'])
    const deleted = listOf<string>(input['deleted'])
    const next = listOf<string>(input['current']).map((current, index) => {
      const before = policyOf(names)
      const after = policyOf(names.filter((name) => name !== (deleted[index] ?? deleted[0])))
      const kept = keepPosition(before, after, { step: names.indexOf(current) + 1, round: 0 })
      return kept.entered ? current : after.steps[kept.position.step - 1]?.notify[0]
    })
    expect(next).toEqual(listOf(expected))
  })
}

function policyOf(names: readonly string[]): EscalationPolicy {
  return { name: 'p', steps: names.map((name) => ({ notify: [name] })), repeat: 0, fallback: [] }
}

function checkStory(input: Fields, expectation: Expectation): void {
  const given = escalationCase(input)
  const outcome = simulate({ ...given.world, until: untilMs(input, given, expectation) })
  checkEvents(input, outcome, expectation)
  checkPages(given, outcome, expectation)
  checkEnds(outcome, expectation)
}

/** Where the case does not say how a story ends, only what it tells of is looked at. */
function untilMs(input: Fields, { wholeMs }: EscalationCase, expectation: Expectation): number {
  const isWhole =
    input['repeat'] !== undefined || input['delaysMin'] !== undefined || input['fallback'] !== undefined
  if (isWhole) return wholeMs
  const rows = listOf<Row>(expectation.peek('eventsSec') ?? [])
  if (rows.length > 0) return Math.max(...rows.map(([second]) => Number(second))) * 1_000
  return input['handoffAtMin'] !== undefined ? wholeMs : Math.min(wholeMs, lastTimeMs(input))
}

/** An hour after the last thing that the case names; of a policy that was swapped, only its beginning counts. */
function lastTimeMs(input: Fields): number {
  const swapped = ['swapAt', 'backAt'].flatMap((name) => timeOf(input, name) ?? [])
  if (swapped.length > 0) return Math.max(...swapped)
  const named = ['ack', 'reply', 'manualEscalate', 'addedAt', 'step2At']
  return Math.max(0, ...named.map((name) => timeOf(input, name) ?? 0)) + 60 * minuteMs
}

/** A story that people ended is compared whole, any other up to the last moment that the case tells of. */
function checkEvents(input: Fields, { entries, state }: Simulated, expectation: Expectation): void {
  expectation.field('eventsSec', (expected) => {
    const rows = listOf<Row>(expected)
    const endMs =
      stateOf(state) === 'triggered' ? Math.max(...rows.map(([second]) => Number(second))) * 1_000 : Infinity
    const words = rows.map(([, text]) => textOf(text))
    const told = entries
      .filter(({ at }) => at <= endMs)
      .flatMap((entry) =>
        rowsOf(entry, {
          notify: words.some((text) => /^step\d+ notify/.test(text)),
          loop: rows.some((row) => row.length > 2),
          fallback: input['fallback'] !== undefined || words.some((text) => text.startsWith('fallback')),
        }),
      )
    expect(told).toEqual(rows)
  })
}

function stateOf({ phase, owner }: Simulated['state']): 'resolved' | 'acknowledged' | 'triggered' {
  return phase === 'resolved' ? phase : owner === null ? 'triggered' : 'acknowledged'
}

interface Words {
  readonly notify: boolean
  readonly loop: boolean
  readonly fallback: boolean
}

function rowsOf(entry: SimulatedEntry, { notify, loop, fallback }: Words): Row[] {
  const row = (text: string, round: number): Row[] => [
    [entry.at / 1_000, text, ...(loop ? [`loop${round}`] : [])],
  ]
  switch (entry.kind) {
    case 'step':
      return notify ? [] : row(`step${entry.step}`, entry.round)
    case 'skipped':
      return row(`step${entry.step} skipped: nobody on call`, entry.round)
    case 'exhausted':
      return row('exhausted', entry.round)
    case 'page':
      if (entry.step === 'fallback')
        return fallback ? row(`fallback notify ${entry.person}`, entry.round) : []
      return notify ? row(`step${entry.step} notify ${entry.person}`, entry.round) : []
    default:
      return []
  }
}

/** Who was paged when, over what. */
function checkPages({ contacts }: EscalationCase, { entries }: Simulated, expectation: Expectation): void {
  const all = entries.filter((entry): entry is Page => entry.kind === 'page')
  const pages = all.filter(({ step }) => step !== 'fallback')
  const minutes = pages.map(({ at }) => at / minuteMs)
  expectation.field('sentMin', (expected) => expect(minutes).toEqual(listOf(expected)))
  expectation.field('messages', (expected) => expect(pages.length).toBe(expected))
  expectation.field('sent', (expected) => {
    const rows = listOf(expected)
    const inWords = rows.every((one) => typeof one === 'string')
    const told = pages.map(({ contact, person, at }) =>
      inWords ? `${contacts[contact]}@${at / minuteMs}` : [person, at / minuteMs],
    )
    expect(told).toEqual(rows)
  })
  expectation.field('notified', (expected) => {
    if (typeof expected === 'string') return expect(pages.at(-1)?.person).toBe(expected)
    return expect(pages.map(({ at, person }) => [at / 1_000, person])).toEqual(expected)
  })
  expectation.field('notifiedMin', (expected) =>
    expect(pages.map(({ at, person }) => [at / minuteMs, person])).toEqual(expected),
  )
  const calls = (name: string) =>
    pages.filter(({ contact }) => contacts[contact] === name).map(({ at }) => at / minuteMs)
  const deduplicated = expectation.take('orDeduplicated')
  expectation.field('callsAtMin', (expected) => {
    expect([expected, ...(deduplicated === undefined ? [] : [deduplicated])]).toContainEqual(calls('call'))
  })
  expectation.field('fallbackNotified', (expected) =>
    expect(all.some(({ step }) => step === 'fallback')).toBe(expected),
  )
}

/** How it ended, and what was refused. */
function checkEnds(outcome: Simulated, expectation: Expectation): void {
  const { entries, state } = outcome
  const refused = entries.filter((entry) => entry.kind === 'refused').map(({ why }) => why)
  const acknowledged = entries.findLast(({ kind }) => kind === 'acknowledged')
  expectation.field('status', (expected) => expect(stateOf(state)).toBe(expected))
  expectation.field('incident', (expected) => {
    expect(stateOf(state) === 'resolved' ? 'resolved' : 'open').toBe(expected)
  })
  expectation.field('laterMessages', (expected) => {
    const since = acknowledged?.at ?? 0
    expect(entries.filter(({ kind, at }) => kind === 'page' && at > since)).toHaveLength(Number(expected))
  })
  for (const name of expectation.left().filter((field) => /^step\d+Fires$/.test(field))) {
    expectation.field(name, (expected) => {
      const step = Number(/\d+/.exec(name)?.[0])
      expect(entries.some((entry) => entry.kind === 'step' && entry.step === step)).toBe(expected)
    })
  }
  expectation.field('manual', (expected) => expect(refused.length > 0 ? 'refused' : 'done').toBe(expected))
  expectation.field('result', (expected) => {
    expect(refused.length > 0 ? `rejected: ${refused[0]?.split(':')[0]}` : 'done').toBe(expected)
  })
  expectation.field('ackResult', (expected) => {
    expect(textOf(expected)).toContain(refused.length > 0 ? 'rejected' : 'accepted')
  })
}
