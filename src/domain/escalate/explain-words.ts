import { formatDuration } from '../values/duration.ts'
import { clockText, dateText, stampWords, timeWords, zoneWords } from '../values/zoned-words.ts'
import type { PagingExplanation } from './explain.ts'
import type { PagingMoment, PagingOccasion } from './explain-moments.ts'
import type { ExplainedPage, ExplainedPerson } from './explain-people.ts'
import { byName } from './targets.ts'

/** `ana (schedule primary)` */
export function personWords({ person, via }: Pick<ExplainedPerson, 'person' | 'via'>): string {
  return via === null || via === byName || via === person ? person : `${person} (${via})`
}

/** What became of a page: `webhook: sent at 03:00:01 CET, 2 tries, provider id m-17`. */
export function pageWords(page: ExplainedPage, timeZone: string): string {
  const { channel, contact, afterMs, state, attempts, providerId, lastError, leader } = page
  const which = [
    ...(contact === 0 ? [] : [`contact ${contact + 1}`]),
    ...(afterMs === 0 ? [] : [`by their own rule after ${formatDuration(afterMs)}`]),
  ]
  const over = which.length === 0 ? channel : `${channel} (${which.join(', ')})`
  const at = page.sentAt ?? page.finishedAt ?? page.createdAt
  const facts = [
    `${state} at ${timeWords(Date.parse(at), timeZone, 'second')}`,
    ...(attempts > 1 ? [`${attempts} tries`] : []),
    ...(page.unknownTries > 0 ? ['marked as a possible repeat'] : []),
    ...(leader === null ? [] : [`in one message with ${leader}`]),
    ...(providerId === null ? [] : [`provider id ${providerId}`]),
    ...(lastError === null ? [] : [lastError]),
  ]
  return `${over}: ${facts.join(', ')}`
}

/** The explanation as lines for a terminal, its times on the clock of a zone. */
export function pagingLines({ moments, spared, next }: PagingExplanation, timeZone: string): string[] {
  if (moments.length === 0) return ['Nothing is recorded about paging.']
  const lines = moments.flatMap((moment, index) => [
    ...dayLine(moment, moments[index - 1], timeZone),
    ...momentLines(moment, timeZone),
  ])
  return [
    ...lines,
    ...(spared === null ? [] : [`Not paged: ${spared.targets.join(', ')}; ${spared.why}`]),
    ...next.map((due) => nextWords(due, timeZone)),
  ]
}

/** `Next, 2026-03-01 04:05:00 CET: step 1: waits for an acknowledgement by ana`. */
export function nextWords({ what, at }: PagingExplanation['next'][number], timeZone: string): string {
  return `Next, ${stampWords(at, timeZone, 'second')}: ${what}`
}

/** The day where it begins, and the zone: `2026-03-01 (CET)`. */
function dayLine({ at }: PagingMoment, before: PagingMoment | undefined, timeZone: string): string[] {
  const day = dateText(Date.parse(at), timeZone)
  const isSame = before !== undefined && dateText(Date.parse(before.at), timeZone) === day
  return isSame ? [] : [`${day} (${zoneWords(Date.parse(at), timeZone)})`]
}

function momentLines(moment: PagingMoment, timeZone: string): string[] {
  const clock = clockText(Date.parse(moment.at), timeZone)
  if (!isOccasion(moment)) return [`  ${clock}  ${moment.text}`]
  const { title, people, empty, end } = moment
  return [
    `  ${clock}  ${title}`,
    ...people.flatMap((person) => personLines(person, timeZone)),
    ...empty.map((why) => `              - ${why}`),
    ...(end === null ? [] : [`            => ${end}`]),
  ]
}

function personLines(person: ExplainedPerson, timeZone: string): string[] {
  const who = personWords(person)
  const pages = person.pages.map((page) => `              ${who}, ${pageWords(page, timeZone)}`)
  return person.why === null ? pages : [...pages, `              ${who} did not hear: ${person.why}`]
}

export function isOccasion(moment: PagingMoment): moment is PagingOccasion {
  return 'people' in moment
}
