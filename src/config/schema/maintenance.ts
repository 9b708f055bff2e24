import { z } from 'zod'
import type { TimeWindow } from '../../domain/alert/time-window.ts'
import type { Maintenance, RecurringMaintenance, Service } from '../../domain/configuration/configuration.ts'
import { own } from '../../domain/values/own.ts'
import { text } from './fields.ts'
import { forward, instant, isForward, toInstant } from './on-call.ts'

/** One time, or whenever a window holds. */
export const maintenanceSchema = z
  .strictObject({
    from: instant.exactOptional(),
    to: instant.exactOptional(),
    window: text.exactOptional(),
    reason: text,
  })
  .superRefine(({ from, to, window }, context) => {
    const wrong = (key: string, message: string) => context.addIssue({ code: 'custom', path: [key], message })
    for (const [key, value] of Object.entries({ from, to })) {
      if (window === undefined && value === undefined) wrong(key, 'is required')
      if (window !== undefined && value !== undefined) wrong(key, 'has no meaning beside a window')
    }
    if (from !== undefined && to !== undefined && !isForward({ from, to })) wrong('to', forward.error)
  })

type WrittenMaintenance = z.output<typeof maintenanceSchema>

/** What stands in one list: times, and windows that recur, looked up by their names. */
export function toMaintenance(zone: string, windows: Readonly<Record<string, TimeWindow>>) {
  return (all: readonly WrittenMaintenance[]): Pick<Service, 'maintenance' | 'recurringMaintenance'> => {
    const once = all.flatMap(({ from, to, reason }): Maintenance[] =>
      from === undefined || to === undefined
        ? []
        : [{ from: toInstant(from, zone), to: toInstant(to, zone), reason }],
    )
    const recurring = all.flatMap(({ window, reason }): RecurringMaintenance[] => {
      const times = window === undefined ? undefined : own(windows, window)
      return window === undefined || times === undefined ? [] : [{ window, times, reason }]
    })
    return {
      ...(once.length === 0 && recurring.length > 0 ? {} : { maintenance: once }),
      ...(recurring.length === 0 ? {} : { recurringMaintenance: recurring }),
    }
  }
}
