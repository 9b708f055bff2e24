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
  if (service !== unknownService) return ` (${cutText(oneLine(service), longestPlace)})`
  const place = places.find((name) => (labels[name] ?? '').trim() !== '')
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
  const words = written
    .split(/[_\-./:]+|(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])/)
    .filter((word) => word !== '')
    .map((word, index) => (index === 0 || /^[A-Z0-9]{2,}|\d/.test(word) ? word : word.toLowerCase()))
  const isCamel = /^[a-z]+[A-Z]/.test(written)
  const [first = '', ...rest] = words
  const begun = isCamel || /\d/.test(first) ? first : first.slice(0, 1).toUpperCase() + first.slice(1)
  return [begun, ...rest].join(' ') || written
}
