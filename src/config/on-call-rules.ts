import { overrideConflict } from '../domain/on-call/overrides.ts'
import type { Override } from '../domain/on-call/schedule.ts'
import type { Finding } from './problems.ts'
import { readInstant } from './schema/on-call.ts'
import { entriesOf, isMap, itemsOf, reach, textOf, under } from './written.ts'

/** Where people stand who are to be paged. */
const pagedPeople = [
  'policies.*.steps.*.notify.*',
  'policies.*.fallback.*',
  'policies.*.executives.*',
  'teams.*.members.*',
  'schedules.*.layers.*.rotation.participants.*',
  'schedules.*.layers.*.rotation.participants.*.*',
  'schedules.*.layers.*.shifts.*.people.*',
  'schedules.*.overrides.*.add',
  'schedules.*.temporary.*.shifts.*.people.*',
]

/** What no single field of people, schedules and policies shows. */
export function onCallRuleFindings(configuration: unknown): Finding[] {
  return [...peopleCanBePaged(configuration), ...contradictoryOverrides(configuration)]
}

function peopleCanBePaged(configuration: unknown): Finding[] {
  const users = under(configuration, 'users')
  return pagedPeople
    .flatMap((pattern) => reach(configuration, pattern))
    .filter(({ value }) => {
      const user = under(users, textOf(value) ?? '')
      const contacts = under(user, 'contacts') ?? []
      return isMap(user) && Array.isArray(contacts) && contacts.length === 0
    })
    .map(({ path, value }) => ({
      path,
      message: `user "${String(value)}" has no contacts, so no page can reach them`,
    }))
}

/** Of two overrides at the same time that name the same person, nobody can say which one is meant. */
function contradictoryOverrides(configuration: unknown): Finding[] {
  const fallbackZone = textOf(under(configuration, 'timeZone')) ?? 'UTC'
  return entriesOf(under(configuration, 'schedules')).flatMap(([name, schedule]) => {
    const zone = textOf(under(schedule, 'timeZone')) ?? fallbackZone
    const before: Override[] = []
    return itemsOf(under(schedule, 'overrides')).flatMap((written, index): Finding[] => {
      const override = overrideOf(written, zone, `overrides[${index}]`)
      if (override === undefined) return []
      const conflict = overrideConflict(before, override)
      before.push(override)
      return conflict === null ? [] : [{ path: ['schedules', name, 'overrides', index], message: conflict }]
    })
  })
}

/** `undefined` for one that the schema objects to. */
function overrideOf(written: unknown, zone: string, id: string): Override | undefined {
  const from = readInstant(textOf(under(written, 'from')) ?? '', zone)
  const to = readInstant(textOf(under(written, 'to')) ?? '', zone)
  if (from === undefined || to === undefined) return undefined
  const removed = textOf(under(written, 'remove')) ?? null
  return { id, from, to, removed, added: textOf(under(written, 'add')) ?? null }
}
