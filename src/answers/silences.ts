import { matchersText, shortSilenceId, type Silence } from '../domain/alert/silence.ts'
import type { Silencing } from '../domain/alert/silence-request.ts'
import type { Account, AnswerResult, SilenceOrder } from '../domain/page/channel-answers.ts'
import { formatDuration } from '../domain/values/duration.ts'
import { dayAndTimeWords, type ReaderClock } from '../domain/values/zoned-words.ts'

/** Carries out what a responder asked about silences in a channel, by the clock of that responder. */
export async function silence(
  silencing: Silencing,
  person: string,
  order: SilenceOrder,
  { channel }: Account,
  clock: ReaderClock,
): Promise<AnswerResult> {
  const { timeZone } = clock
  switch (order.kind) {
    case 'list':
      return { kind: 'done', message: listText(await silencing.listed(), clock) }
    case 'expire':
      return silencing.expire(order.silence, person)
    case 'preview':
      return silencing.preview(requestOf(order, timeZone), person)
    case 'add':
      return silencing.add(requestOf(order, timeZone), person, `${channel}-${person}-${order.id}`)
  }
}

/** The order's id is its message's, and no silence's. */
function requestOf(
  { matchers, for: lasting, reason }: Extract<SilenceOrder, { matchers: readonly string[] }>,
  timeZone: string,
) {
  return { matchers, for: lasting, reason, timeZone }
}

function listText(silences: readonly Silence[], clock: ReaderClock): string {
  if (silences.length === 0) return 'Nothing is silenced.'
  return silences
    .map(({ id, matchers, startsAt, endsAt, createdBy, comment }) => {
      const begins = startsAt > clock.now ? ` from ${dayAndTimeWords(startsAt, clock)}` : ''
      const lasting = formatDuration(endsAt - startsAt)
      return `${shortSilenceId(id)}: ${matchersText(matchers)}${begins} until ${dayAndTimeWords(endsAt, clock)} (${lasting}), by ${createdBy}: ${comment}`
    })
    .join('\n')
}
