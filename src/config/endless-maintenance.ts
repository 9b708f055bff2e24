import { insideUntil } from '../domain/alert/time-window.ts'
import { nextInside } from '../domain/alert/time-window-next.ts'
import type { Finding } from './problems.ts'
import { toWindow, windowSchema } from './schema/windows.ts'
import { reach, textOf, under } from './written.ts'

/** An instant to look from: whether a window ever ends does not depend on it, unless it names years. */
const anyInstant = Date.UTC(2026, 0, 1)

/** Maintenance whose window always holds: its service would never page anybody again. */
export function endlessMaintenanceFindings(configuration: unknown): Finding[] {
  return reach(configuration, 'services.*.maintenance.*.window').flatMap(({ path, value }): Finding[] => {
    const { data } = windowSchema.safeParse(under(under(configuration, 'windows'), textOf(value) ?? ''))
    if (data === undefined) return []
    const times = toWindow('UTC')('', data)
    const entered = nextInside(times, anyInstant)
    if (entered === null || insideUntil(times, entered) !== null) return []
    return [
      {
        path,
        message:
          'holds at all times, so nobody would ever be paged about the service: choose a window that ends',
      },
    ]
  })
}
