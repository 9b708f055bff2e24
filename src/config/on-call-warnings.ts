import type { Configuration } from '../domain/configuration/configuration.ts'
import { type NeverServing, neverServing } from '../domain/on-call/never-serving.ts'
import type { Layer, Schedule, WeeklyWindow } from '../domain/on-call/schedule.ts'
import type { Finding } from './problems.ts'

/** What is allowed about schedules, and hardly meant. */
export function onCallWarnings({ schedules }: Pick<Configuration, 'schedules'>): Finding[] {
  return Object.values(schedules).flatMap((schedule) =>
    neverServing(schedule).map((found) => ({
      path: ['schedules', schedule.name, 'layers', found.layer],
      message: neverServingSentence(schedule, found),
    })),
  )
}

function neverServingSentence({ layers }: Schedule, { layer: index, people, why }: NeverServing): string {
  const layer = layers[index]
  const who = `${listWords(people)} never ${people.length === 1 ? 'serves' : 'serve'}`
  if (layer === undefined || why === 'hidden')
    return `${who}: layers of higher priority always have somebody. Lower their priority or give them windows, or take ${listWords(people)} out of this rotation.`
  return `${who}: ${turnWords(layer)} always fall outside the windows (${layer.windows.map(windowWords).join('; ')}). Make the turns weekly, or widen the windows to the days and hours of every turn.`
}

const units = { hourly: 'hour', daily: 'day', weekly: 'week', monthly: 'month' } as const

function turnWords({ turns }: Layer): string {
  if (turns.kind !== 'rotation') return 'their turns'
  const { unit, length, participants } = turns
  const each = `${length} ${units[unit]}${length === 1 ? '' : 's'}`
  return `with turns of ${each} for each of ${participants.length}, theirs`
}

const dayNames = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun']

function windowWords({ weekdays, start, end, timeZone }: WeeklyWindow): string {
  const days = weekdays.map((day) => dayNames[day - 1] ?? '')
  const isRun =
    weekdays.length > 2 && weekdays.every((day, at) => at === 0 || day === (weekdays[at - 1] ?? 0) + 1)
  return `${isRun ? `${days[0]} to ${days.at(-1)}` : days.join(', ')} ${start}–${end} ${timeZone}`
}

function listWords(people: readonly string[]): string {
  return people.length < 2 ? people.join('') : `${people.slice(0, -1).join(', ')} and ${people.at(-1)}`
}
