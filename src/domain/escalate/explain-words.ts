import { formatDuration } from '../values/duration.ts'
import type { PagingExplanation } from './explain.ts'
import type { PagingMoment, PagingOccasion } from './explain-moments.ts'
import type { ExplainedPage, ExplainedPerson } from './explain-people.ts'
import { byName } from './targets.ts'

/** `ana (schedule primary)` */
export function personWords({ person, via }: Pick<ExplainedPerson, 'person' | 'via'>): string {
  return via === null || via === byName || via === person ? person : `${person} (${via})`
}

/** What became of a page: `webhook: sent at 03:00:01 after 2 tries, provider id m-17`. */
export function pageWords(page: ExplainedPage): string {
  const { channel, contact, afterMs, state, attempts, providerId, lastError, leader } = page
  const which = [
    ...(contact === 0 ? [] : [`contact ${contact + 1}`]),
    ...(afterMs === 0 ? [] : [`by their own rule after ${formatDuration(afterMs)}`]),
  ]
  const over = which.length === 0 ? channel : `${channel} (${which.join(', ')})`
  const at = page.sentAt ?? page.finishedAt ?? page.createdAt
  const facts = [
    `${state} at ${clock(at)}`,
    ...(attempts > 1 ? [`${attempts} tries`] : []),
    ...(page.unknownTries > 0 ? ['marked as a possible repeat'] : []),
    ...(leader === null ? [] : [`in one message with ${leader}`]),
    ...(providerId === null ? [] : [`provider id ${providerId}`]),
    ...(lastError === null ? [] : [lastError]),
  ]
  return `${over}: ${facts.join(', ')}`
}

/** The explanation as lines for a terminal. Times are in UTC. */
export function pagingLines({ moments, spared, next }: PagingExplanation): string[] {
  if (moments.length === 0) return ['Nothing is recorded about paging.']
  const lines = moments.flatMap((moment, index) => [
    ...dayLine(moment, moments[index - 1]),
    ...momentLines(moment),
  ])
  return [
    ...lines,
    ...(spared === null ? [] : [`Not paged: ${spared.targets.join(', ')}; ${spared.why}`]),
    ...next.map(nextWords),
  ]
}

/** `Next, 2026-03-01 03:05:00 UTC: step 1: waits for an acknowledgement by ana`. */
export function nextWords({ what, at }: PagingExplanation['next'][number]): string {
  const iso = new Date(at).toISOString()
  return `Next, ${iso.slice(0, 10)} ${clock(iso)} UTC: ${what}`
}

function dayLine({ at }: PagingMoment, before: PagingMoment | undefined): string[] {
  const day = at.slice(0, 10)
  return day === before?.at.slice(0, 10) ? [] : [`${day} (UTC)`]
}

function momentLines(moment: PagingMoment): string[] {
  if (!isOccasion(moment)) return [`  ${clock(moment.at)}  ${moment.text}`]
  const { at, title, people, empty, end } = moment
  return [
    `  ${clock(at)}  ${title}`,
    ...people.flatMap(personLines),
    ...empty.map((why) => `              - ${why}`),
    ...(end === null ? [] : [`            => ${end}`]),
  ]
}

function personLines(person: ExplainedPerson): string[] {
  const who = personWords(person)
  const pages = person.pages.map((page) => `              ${who}, ${pageWords(page)}`)
  return person.why === null ? pages : [...pages, `              ${who} did not hear: ${person.why}`]
}

export function isOccasion(moment: PagingMoment): moment is PagingOccasion {
  return 'people' in moment
}

function clock(at: string): string {
  return at.slice(11, 19)
}
