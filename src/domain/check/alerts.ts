import { fingerprintOf, type AcceptedAlert, type Labels, titleAnnotation } from '../alert/alert.ts'
import { checkTitleAnnotation, distanceAnnotation } from '../alert/alert-title.ts'
import type { Transition } from './alert-state.ts'
import { total } from './check.ts'
import type { Check, Configuration } from '../configuration/configuration.ts'
import { formatNumber, formatPercent } from '../values/numbers.ts'
import { baselineValue } from './baseline.ts'
import type { Series, Verdict } from './verdict.ts'
import { baselineWords, distanceOf, seriesWords } from './verdict-words.ts'

/** Annotation of an event that changes state but must message nobody: `cooldown until …`. */
export const mutedAnnotation = 'muted'
/** The same as an instant, ISO 8601 in UTC. */
const mutedUntilAnnotation = 'mutedUntil'

/**
 * The event of a series whose alert began or ended. Its fingerprint names the series alone, so that an alert stays the same one when the
 * check's severity or labels change while it fires.
 */
export function seriesAlert(
  verdict: Verdict,
  check: Check,
  configuration: Configuration,
  transition: Transition,
): AcceptedAlert {
  const identity = identityOf(verdict)
  const labels = {
    ...check.labels,
    ...identity,
    service: check.service,
    severity: check.severity,
    check: check.name,
  }
  return accepted({
    source: `check/${check.name}`,
    eventId: `check/${seriesPath(verdict)}/${transition.at}/${transition.status}`,
    fingerprint: fingerprintOf(identity),
    labels,
    annotations: {
      [titleAnnotation]: headlineOf(verdict, configuration),
      summary: summaryOf(verdict, configuration),
      ...rankOf(verdict, check),
      ...linksOf(verdict, check, configuration),
    },
    transition,
  })
}

/** Where the alert stands among others, and what people call its check. */
function rankOf(verdict: Verdict, { title }: Check): Labels {
  const distance = distanceOf(verdict)
  return {
    ...(distance > 0 ? { [distanceAnnotation]: distance.toFixed(4) } : {}),
    ...(title === undefined ? {} : { [checkTitleAnnotation]: title }),
  }
}

/** The end of the alert of a series that is not looked at any more. What it was about stays with the alert as it fired. */
export function retiredAlert(series: Series, transition: Transition): AcceptedAlert {
  const identity = identityOf(series)
  const name = [series.metric, series.group].filter((part) => part !== '' && part !== total).join(', ')
  return accepted({
    source: `check/${series.check}`,
    eventId: `check/${seriesPath(series)}/${transition.at}/${transition.status}`,
    fingerprint: fingerprintOf(identity),
    labels: identity,
    annotations: { summary: `${series.check} does not look at ${name} any more` },
    transition,
  })
}

/** What is wrong and how much, for a title: `Likes on iOS down 97 %`, or `CPU usage at 97 %, above 90 %`. */
function headlineOf(verdict: Verdict, configuration: Configuration): string {
  const { metric, value, baselines } = verdict
  const { title = metric, unit } = configuration.metrics[metric] ?? {}
  const name = seriesWords(title, verdict)
  if (value === null) return `${name} unknown`
  const amount = (number: number) =>
    unit === undefined ? formatNumber(number) : `${formatNumber(number)} ${unit}`
  const stands = againstThreshold(verdict, amount)
  if (stands !== undefined) return `${name} at ${amount(value)}, ${stands}`
  const base = baselines.find((baseline) => baseline.value !== null && baseline.value !== value)?.value ?? 0
  if (base === 0) return `${name} at ${amount(value)}`
  return `${name} ${value < base ? 'down' : 'up'} ${percentText(value, base)}`
}

/** `Likes on iOS: 3, against 120 a day ago (−97 %) and 131 a week ago (−98 %)`, or `CPU usage: 97 %, above 90 %`. */
export function summaryOf(verdict: Verdict, configuration: Configuration): string {
  const { metric, value } = verdict
  const { title = metric, unit } = configuration.metrics[metric] ?? {}
  const amount = (number: number) =>
    unit === undefined ? formatNumber(number) : `${formatNumber(number)} ${unit}`
  const name = seriesWords(title, verdict)
  if (value === null) return `${name}: unknown`
  const measured = `${name}: ${amount(value)}`
  const stands = againstThreshold(verdict, amount)
  if (stands !== undefined) return `${measured}, ${stands}`
  const against = verdict.baselines.map((baseline) => {
    const words = baselineWords(baseline, 'ago')
    if (baseline.value === null) return `nothing ${words}`
    return `${amount(baseline.value)} ${words}${changeText(value, baseline.value)}`
  })
  return against.length === 0 ? measured : `${measured}, against ${against.join(' and ')}`
}

/** `above 90 %`; `undefined` where no threshold was judged by. */
function againstThreshold(
  { value, reason, baselines }: Verdict,
  amount: (number: number) => string,
): string | undefined {
  const limit = baselineValue(baselines, { kind: 'threshold' })
  const clear = baselineValue(baselines, { kind: 'clear' })
  if (value === null || limit === null) return undefined
  const stands = `${value > limit ? 'above' : value < limit ? 'below' : 'equal to'} ${amount(limit)}`
  return reason === 'not-yet-clear' && clear !== null ? `${stands}, but not back at ${amount(clear)}` : stands
}

/** ` (−97 %)`; nothing where a percentage says nothing. */
function changeText(value: number, base: number): string {
  if (base === 0 || value === base) return ''
  return ` (${value < base ? '−' : '+'}${percentText(value, base)})`
}

function percentText(value: number, base: number): string {
  return formatPercent(Math.abs(value - base) / Math.abs(base))
}

function linksOf({ metric, slice }: Series, check: Check, configuration: Configuration): Labels {
  const about = configuration.metrics[metric]
  const chart = about?.chartUrl
  const dashboard = configuration.services[check.service]?.dashboardUrl
  const responsible = [
    ...new Set([...(about?.responsible ?? []), ...(configuration.slices[slice]?.responsible ?? [])]),
  ]
  return {
    ...(chart === undefined ? {} : { chart }),
    ...(dashboard === undefined ? {} : { dashboard }),
    ...(responsible.length === 0 ? {} : { responsible: responsible.join(', ') }),
  }
}

export function identityOf({ check, metric, slice, group }: Series) {
  return { alertname: check, metric, slice, group }
}

function seriesPath({ check, metric, slice, group }: Series): string {
  return `${check}/${metric}/${slice}/${group}`
}

export function accepted(
  event: Omit<AcceptedAlert, 'status' | 'startsAt' | 'endsAt'> & { transition: Transition },
): AcceptedAlert {
  const { transition, annotations, ...rest } = event
  const { status, startsAt, endsAt, mutedUntil } = transition
  return {
    ...rest,
    status,
    annotations:
      mutedUntil === undefined
        ? annotations
        : {
            ...annotations,
            [mutedAnnotation]: `cooldown until ${mutedUntil}`,
            [mutedUntilAnnotation]: mutedUntil,
          },
    startsAt,
    ...(endsAt === undefined ? {} : { endsAt }),
  }
}

/** Only checks mute; the annotation in an alert from outside is just text. */
export function isMuted({ source, annotations }: Pick<AcceptedAlert, 'source' | 'annotations'>): boolean {
  return source.startsWith('check/') && annotations[mutedAnnotation] !== undefined
}

/** Until when a check mutes an event, ISO 8601 in UTC; `null` for one that it does not mute. */
export function mutedUntil(alert: Pick<AcceptedAlert, 'source' | 'annotations'>): string | null {
  return isMuted(alert) ? (alert.annotations[mutedUntilAnnotation] ?? null) : null
}
