import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createOnCallService, currentSchedules, whoIsOnCall } from '../../src/app/on-call.ts'
import type { Records } from '../../src/app/records.ts'
import type { Configuration } from '../../src/domain/configuration/configuration.ts'
import { alertAt, tryPolicy } from '../../src/domain/escalate/simulate.ts'
import type { ScheduleChange, ChangeRequest } from '../../src/domain/on-call/changes.ts'
import { withChanges, changeConflict } from '../../src/domain/on-call/changes.ts'
import type { Schedule } from '../../src/domain/on-call/schedule.ts'
import { onCallAt, segmentsBetween } from '../../src/domain/on-call/segments.ts'
import { contains } from '../../src/domain/on-call/spans.ts'
import { schedulesOf } from '../../src/domain/escalate/paging-context.ts'
import { readFeed } from '../../src/ical/read.ts'
import { scheduleCalendar } from '../../src/ical/write.ts'
import { changes, people, schedules, shiftsIn, spansIn } from '../domain/on-call/arbitraries.ts'
import { minuteMs } from '../domain/on-call/naive.ts'
import { override, swapOffer, temporary } from '../support/on-call.ts'
import { pagedAtFirst } from '../support/first-step.ts'
import { configuration, user } from '../support/pages.ts'
import { as, startWeb } from '../web/world.ts'

const dayMs = 86_400_000
const hook = { channel: 'webhook', url: '${env:HOOK}' } as const
const names = ['ana', 'ben', 'cy', 'di']

interface World {
  readonly schedule: Schedule
  readonly made: readonly ScheduleChange[]
  readonly from: number
  readonly to: number
  readonly at: number
}

/** Two days around a change of the clocks, and what people changed meanwhile, one after the other. */
const worlds: fc.Arbitrary<World> = changes.chain(({ timeZone, at: change }) => {
  const from = Date.parse(change) - dayMs
  const to = from + 2 * dayMs
  const instants = fc.integer({ min: 0, max: 2 * 1_440 - 1 }).map((minute) => from + minute * minuteMs)
  const span = spansIn(from, to)
  const maybe = fc.option(people, { nil: null })
  const requested: fc.Arbitrary<ChangeRequest> = fc.oneof(
    fc.tuple(span, maybe, maybe).map(([s, removed, added]) => override(s.from, s.to, removed, added)),
    fc.tuple(span, people).map(([s, owner]) => swapOffer(s.from, s.to, owner)),
    fc
      .tuple(span, fc.array(shiftsIn(from, to), { maxLength: 2 }))
      .map(([s, shifts]) => temporary(s.from, s.to, shifts)),
  )
  const deed = fc.record({ requested, ended: fc.option(instants), taker: maybe, takenAt: instants })
  return fc
    .record({
      schedule: schedules(timeZone, from, to),
      deeds: fc.array(deed, { maxLength: 6 }),
      at: instants,
    })
    .map(({ schedule, deeds, at }) => ({ schedule, made: keptOf(schedule, deeds), from, to, at }))
})

/** What the store would have kept of them. */
function keptOf(
  schedule: Schedule,
  deeds: readonly { requested: ChangeRequest; ended: number | null; taker: string | null; takenAt: number }[],
): ScheduleChange[] {
  const made: ScheduleChange[] = []
  for (const { requested, ended, taker, takenAt } of deeds) {
    if (changeConflict(schedule, made, requested) !== null) continue
    const isTaken = requested.kind === 'swap' && taker !== null && taker !== requested.owner
    made.push({
      ...requested,
      id: String(made.length + 1),
      schedule: schedule.name,
      madeBy: 'ana',
      madeAt: requested.from,
      reason: '',
      endedBy: ended === null ? null : 'ben',
      endedAt: ended,
      taker: isTaken ? taker : null,
      takenAt: isTaken ? takenAt : null,
    })
  }
  return made
}

function running(schedule: Schedule): Configuration {
  const policy = {
    steps: [{ notify: [{ schedule: 'feed' }], ackTimeoutMs: 60_000 }],
    repeat: 0,
    fallback: [],
  }
  const everybody = names.map((name) => user(name, [hook]))
  return { ...configuration(everybody, policy), schedules: { feed: schedule } }
}

/** Whom the paging engine pages when it enters the step. */
async function paged({ schedule, made, at }: World): Promise<string[]> {
  const config = running(schedule)
  const people = await pagedAtFirst(
    config,
    currentSchedules(() => config, { list: async () => made }),
    at,
  )
  return people.toSorted()
}

function serviceOf({ schedule, made }: World) {
  const records = {
    scheduleChanges: { list: async () => made },
    maintenance: { all: async () => [] },
  } as unknown as Records
  return createOnCallService(() => running(schedule), records)
}

/** Whom a calendar program shows. */
function shown(schedule: Schedule, { from, to }: World) {
  const text = scheduleCalendar(schedule, { from, to, writtenAt: from })
  const read = readFeed(text, { from, to, timeZone: 'UTC', peopleOf: ({ summary }) => [summary] })
  expect(read.problems).toEqual([])
  return (instant: number) => {
    const on = read.turns.shifts.filter((one) => contains(one, instant)).flatMap((one) => one.people)
    return [...new Set(on)].toSorted()
  }
}

describe('who is on call, with what people changed', () => {
  it('is the same for previews, the API, calendars, the simulation and the paging engine', {
    timeout: 60_000,
  }, async () => {
    await fc.assert(
      fc.asyncProperty(worlds, async (world) => {
        const { schedule, made, from, to, at } = world
        const current = withChanges(schedule, made)
        const segments = segmentsBetween(current, from, to)
        const expected = segments.find((one) => contains(one, at))?.people
        const service = serviceOf(world)
        const { app } = await startWeb({ onCall: service, now: () => new Date(at) })
        const api = await app.inject({ url: '/api/v1/on-call?schedule=feed', headers: as('viewer') })
        const range = `from=${new Date(from).toISOString()}&to=${new Date(to).toISOString()}`
        const listed = await app.inject({ url: `/api/v1/schedules/feed?${range}`, headers: as('viewer') })
        const context = await service.context()
        const [first] = tryPolicy(context, {
          policy: running(schedule).policies['default']!,
          incident: 1,
          service: 'feed',
          alertsBegan: [at],
          events: [alertAt(at, 'P1')],
          until: at,
        })
        const [now] = await whoIsOnCall(service, at, 'feed')
        const calendar = shown(current, world)

        expect(onCallAt(current, at).people).toEqual(expected)
        expect(now?.people).toEqual(expected)
        expect(api.json().onCall[0].people).toEqual(expected)
        expect(await paged(world)).toEqual(expected)
        expect(first?.kind === 'step' ? first.people : []).toEqual(expected)
        expect(schedulesOf(context.schedules).get('feed')).toEqual(current)
        const instants = (listed.json().segments as { from: string; people: string[] }[]).map((one) => ({
          at: Date.parse(one.from),
          people: one.people,
        }))
        expect(instants).toEqual(segments.map((one) => ({ at: one.from, people: one.people })))
        for (const segment of segments) expect(calendar(segment.from)).toEqual(segment.people)
        expect(calendar(at)).toEqual(expected)
        await app.close()
      }),
      { numRuns: 60 },
    )
  })
})
