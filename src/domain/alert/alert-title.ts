import { capitalised } from '../values/text.ts'
import { cutText, oneLine } from '../page/delivery.ts'
import { formatNumber } from '../values/numbers.ts'
import { severities, severityOfLabel } from '../values/severity.ts'
import { type Alert, type Labels, titleAnnotation } from './alert.ts'

/* What people read of alerts before anything else: what is wrong, how much, and where. */

/** Annotation: how far what was measured lies from what it was held against, 0 to 1. Checks write it. */
export const distanceAnnotation = 'distance'
/** Annotation: what people call the check that fires. */
export const checkTitleAnnotation = 'checkTitle'

type Written = Pick<Alert, 'labels' | 'annotations'>

/** By which of two alerts people read first: the higher. The more severe one, then the one that lies farther from its limit. */
export function prominenceOf({ labels, annotations }: Written): number {
  const severity = severities.length - severities.indexOf(severityOfLabel(labels['severity']))
  const distance = Number(annotations[distanceAnnotation])
  return severity + (distance > 0 ? Math.min(distance, 1) / 2 : 0)
}

/** The most prominent first; what is equally so stays in its order. */
export function worstFirst<One extends Written>(alerts: readonly One[]): One[] {
  return alerts.toSorted((a, b) => prominenceOf(b) - prominenceOf(a))
}

const longestWrong = 160
const longestPlace = 80
const longestCheck = 60

/**
 * What people know an incident by. It says what is wrong, how much and where (`Likes on iOS down 67 % (feed)`), of many alerts first how many there are
 * (`14 series of Feed activity, worst: …`), since what is long is cut at its end.
 * @param alerts some of those that fire, the worst among them; never empty
 * @param firing how many fire in all
 */
export function firingTitle(alerts: readonly Written[], firing: number, service: string): string {
  const title = worstTitle(alerts, service)
  return firing > 1 && alerts.length > 0 ? `${totalWords(alerts, firing)}, worst: ${title}` : title
}

/** What the worst of them says is wrong, and where, whatever else fires. */
export function worstTitle(alerts: readonly Written[], service: string): string {
  const [worst] = worstFirst(alerts)
  return worst === undefined
    ? serviceTitle(service)
    : `${alertTitle(worst)}${placeWords(worst.labels, service)}`
}

/** The title that an incident opens with, by the alerts that opened it. */
export function openingTitle(
  alerts: readonly Pick<Alert, 'labels' | 'annotations' | 'status'>[],
  service: string,
): string {
  const firing = alerts.filter(({ status }) => status === 'firing')
  const told = firing.length > 0 ? firing : alerts
  return firingTitle(told, told.length, service)
}

/** Of an incident whose alerts are not known. */
function serviceTitle(service: string): string {
  return `Alert of ${cutText(oneLine(service), longestPlace)}`
}

/** What one alert says is wrong: in the words of whoever wrote it, else by its name, which is all that is known. */
export function alertTitle({ labels, annotations }: Written): string {
  const written = [annotations[titleAnnotation], annotations['summary']]
    .map((text) => oneLine(text ?? ''))
    .find((text) => text !== '')
  return cutText(written ?? (nameWords(labels['alertname'] ?? '') || 'Alert'), longestWrong)
}

/** `14 series of Feed activity`, `3 alerts`. */
function totalWords(alerts: readonly Written[], firing: number): string {
  const [first] = alerts
  const check = first?.labels['check']
  const isOneCheck = check !== undefined && alerts.every(({ labels }) => labels['check'] === check)
  if (!isOneCheck) return `${formatNumber(firing)} alerts`
  const title = oneLine(first?.annotations[checkTitleAnnotation] ?? '')
  return `${formatNumber(firing)} series${title === '' ? '' : ` of ${cutText(title, longestCheck)}`}`
}

/** Labels that say where something is when no service does, the nearest first. */
const places = ['pod', 'instance', 'node', 'host', 'namespace', 'job'] as const

function placeWords(labels: Labels, service: string): string {
  const known = service === unknownService ? '' : cutText(oneLine(service), longestPlace)
  if (known !== '') return ` (${known})`
  const place = places.find((name) => oneLine(labels[name] ?? '') !== '')
  return place === undefined ? '' : ` (${place} ${cutText(oneLine(labels[place] ?? ''), longestPlace)})`
}

/** The service of an alert that names none, where its route does not either. */
export const unknownService = 'unknown'

/**
 * The name of a rule as words, and nothing but its words: `HighErrorRate` → `High error rate`, `etcdHighCommitDurations` → `etcd high commit durations`. A name that has blanks
 * is somebody's words already.
 */
export function nameWords(name: string): string {
  const written = oneLine(name)
  if (written.includes(' ')) return written
  const found = written.split(/[_\-./:]+/).flatMap(wordsOf)
  const [first, ...rest] = found.map(({ word, isProper }, index) =>
    index === 0 || isProper ? word : word.toLowerCase(),
  )
  const keepsCase = found[0]?.isProper === true || /^\p{Ll}+\p{Lu}/u.test(written) || /\d/.test(first ?? '')
  const begun = keepsCase ? first : capitalised(first ?? '')
  return [begun, ...rest].join(' ') || written
}

/** Names that have capitals inside and are one word; a new word begins behind them. */
const properNames =
  /((?:i|iPad|mac)OS|(?:Postgre|My|No)SQL|(?:Graph|Prom)QL|(?:Mongo|Maria|Influx|Dynamo|Cockroach)DB|(?:Rabbit|Active)MQ|OpenSSL|OAuth2?|IPv[46]|ClickHouse|GitHub|GitLab|PagerDuty)(?!\p{Ll})/u
const betweenWords = /(?<=[\p{Ll}\p{N}])(?=\p{Lu})|(?<=\p{Lu})(?=\p{Lu}\p{Ll})/u
const acronym = /^[\p{Lu}\p{N}]{2,}/u

/** The words of a part of a name; a proper name stays as it is written. */
function wordsOf(part: string): { readonly word: string; readonly isProper: boolean }[] {
  // What matched stands at every other place.
  return part
    .split(properNames)
    .flatMap((text, index) =>
      index % 2 === 1
        ? [{ word: text, isProper: true }]
        : text.split(betweenWords).map((word) => ({ word, isProper: acronym.test(word) })),
    )
    .filter(({ word }) => word !== '')
}
