import type {
  RequestContext,
  ChangeResult,
  ScheduleChange,
  ChangeRequest,
} from '../../src/domain/on-call/changes.ts'
import { withChanges, changeConflict } from '../../src/domain/on-call/changes.ts'
import type { Schedule } from '../../src/domain/on-call/schedule.ts'
import { takeSwap } from '../../src/domain/on-call/swaps.ts'
import type { OnCallService, OnCallPerson } from '../../src/web/on-call-service.ts'
import { kept } from './on-call.ts'

export interface TestOnCallService extends OnCallService {
  readonly made: ScheduleChange[]
  /** Whose feeds were ended. */
  readonly endedFeeds: string[]
}

const berlin: OnCallPerson = {
  title: 'Ana',
  timeZone: 'Europe/Berlin',
  canBePaged: true,
  channels: ['webhook'],
}

/** An on-call service over schedules in memory. Of people, `vic` cannot be paged. */
export function onCallServiceOver(
  schedules: readonly Schedule[],
  people: Readonly<Record<string, Partial<OnCallPerson>>> = {
    ana: {},
    ben: {},
    cy: {},
    vic: { canBePaged: false, channels: [] },
  },
): TestOnCallService {
  const made: ScheduleChange[] = []
  const endedFeeds: string[] = []
  const known = () => new Map(schedules.map((one) => [one.name, withChanges(one, made)]))
  const replace = (
    change: ScheduleChange | undefined,
    more: Partial<ScheduleChange>,
  ): ChangeResult | undefined => {
    if (change === undefined) return undefined
    const changed = { ...change, ...more } as ScheduleChange
    made[made.indexOf(change)] = changed
    return { kept: true, change: changed }
  }
  const find = (schedule: string, id: string) =>
    made.find((one) => one.schedule === schedule && one.id === id)
  return {
    made,
    endedFeeds,
    current: async (names) =>
      new Map([...known()].filter(([name]) => names === undefined || names.includes(name))),
    changes: async (schedule) => made.filter((one) => one.schedule === schedule),
    add: async (name: string, requested: ChangeRequest, { actor, at, reason }: RequestContext) => {
      const configured = schedules.find((one) => one.name === name)
      if (configured === undefined) return undefined
      const conflict = changeConflict(configured, made, requested)
      if (conflict !== null) return { kept: false, reason: conflict }
      const change = kept(made.length + 1, requested, { schedule: name, madeBy: actor, madeAt: at, reason })
      made.push(change)
      return { kept: true, change }
    },
    take: async (schedule, id, taker, at) => {
      const change = find(schedule, id)
      if (change?.kind !== 'swap') return undefined
      const taken = takeSwap(change, taker)
      return taken.ok ? replace(change, { taker, takenAt: at }) : { kept: false, reason: taken.reason }
    },
    end: async (schedule, id, actor, at) => replace(find(schedule, id), { endedBy: actor, endedAt: at }),
    context: async () => ({
      timeZone: 'UTC',
      schedules: schedules.map((configured) => ({ configured, changes: made })),
      users: {},
      teams: {},
      channels: {},
      calendars: {},
      maintenance: {},
    }),
    people: async () =>
      new Map(Object.entries(people).map(([name, more]) => [name, { ...berlin, title: name, ...more }])),
    endFeeds: async ({ name }) => {
      endedFeeds.push(name)
    },
  }
}
