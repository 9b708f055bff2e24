import type { Account, AnswerResult, MaintenanceOrder } from '../domain/page/channel-answers.ts'
import type { ListedMaintenance, MaintenanceAnnouncements } from '../domain/escalate/maintenance.ts'
import { dayAndTimeWords, type ReaderClock } from '../domain/values/zoned-words.ts'
import { formatDuration } from '../domain/values/duration.ts'

/** Carries out what a responder asked about maintenance in a channel, by the clock of that responder. */
export async function maintain(
  maintenance: MaintenanceAnnouncements,
  person: string,
  order: MaintenanceOrder,
  { channel }: Account,
  clock: ReaderClock,
): Promise<AnswerResult> {
  const { timeZone } = clock
  switch (order.kind) {
    case 'list':
      return { kind: 'done', message: listText(await maintenance.listed(), clock) }
    case 'end':
      return maintenance.end(order.window, person)
    case 'preview':
      return maintenance.preview({ ...order, timeZone })
    case 'start':
      return maintenance.announce({ ...order, timeZone }, person, `${channel}-${person}-${order.id}`)
  }
}

function listText(windows: readonly ListedMaintenance[], clock: ReaderClock): string {
  if (windows.length === 0) return 'Nothing is in maintenance, and nothing is announced.'
  return windows
    .map(({ id, service, from, to, madeBy, reason }) => {
      const whose = madeBy === null ? 'configured' : `by ${madeBy}`
      const number = id === null ? '' : `${id}: `
      const begins = from > clock.now ? ` from ${dayAndTimeWords(from, clock)}` : ''
      return `${number}${service}${begins} until ${dayAndTimeWords(to, clock)} (${formatDuration(to - from)}), ${whose}: ${reason}`
    })
    .join('\n')
}
