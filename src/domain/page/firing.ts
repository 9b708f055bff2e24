import { nameWords, worstFirst } from '../alert/alert-title.ts'
import { type Alert, titleAnnotation } from '../alert/alert.ts'
import { leftOutOf, leftOutWords } from '../alert/left-out.ts'
import { silentSourceOf } from '../check/self-alerts.ts'
import { seriesOf } from '../investigate/investigate.ts'
import { cutText, oneLine } from './delivery.ts'
import { namedBy } from '../incident/incident-links.ts'
import { longestLine, mostResponsible, mostLines } from './message-limits.ts'
import type { Configuration } from '../configuration/configuration.ts'
import { own } from '../values/own.ts'

/** One line per different text, the worst first; at the end what is behind them, and what nobody told us of. */
export function linesOf(firing: readonly Alert[], firingCount: number): string[] {
  const counts = new Map<string, number>()
  for (const alert of worstFirst(firing)) counts.set(lineOf(alert), (counts.get(lineOf(alert)) ?? 0) + 1)
  const lines = [...counts].map(([text, count]) => (count === 1 ? text : `${text} (×${count})`))
  const told = lines.slice(0, mostLines)
  const shown = [...counts.values()].slice(0, mostLines).reduce((sum, count) => sum + count, 0)
  const leftOut = leftOutOf(firing)
  return [
    ...told,
    ...(shown >= firingCount ? [] : [`and ${firingCount - shown} more`]),
    ...(leftOut === undefined ? [] : [`and ${leftOutWords(leftOut)}`]),
  ]
}

/** The same of alerts that are over. */
export function clearedLines(cleared: readonly Alert[]): string[] {
  const shown = cleared.slice(0, mostLines).map((alert) => cutText(`Cleared: ${lineOf(alert)}`, longestLine))
  const rest = cleared.length - shown.length
  return rest === 0 ? shown : [...shown, `and ${rest} more that cleared`]
}

/** An alert in its own words, else by its name and labels. */
function lineOf({ annotations, labels }: Alert): string {
  const said = [annotations['summary'], annotations['description'], annotations[titleAnnotation]]
    .map((text) => oneLine(text ?? ''))
    .find((text) => text !== '')
  return cutText(said ?? labelWords(labels), longestLine)
}

/** `High error rate (instance = db1, job = api)` */
function labelWords({ alertname = 'alert', ...rest }: Alert['labels']): string {
  const telling = Object.entries(rest).filter(([name]) => name !== 'severity')
  const others = telling.map(([name, value]) => `${name} = ${value}`)
  const name = nameWords(alertname)
  return oneLine(others.length === 0 ? name : `${name} (${others.join(', ')})`)
}

/** Whether Firewatch measures some of what fires, so that there is a chart of it. */
export function isCharted(firing: readonly Alert[], { metrics }: Pick<Configuration, 'metrics'>): boolean {
  return firing.some((alert) => {
    const series = seriesOf(alert.labels)
    return series === undefined
      ? silentSourceOf(alert) !== undefined
      : own(metrics, series.metric) !== undefined
  })
}

export function responsibleFor(
  firing: readonly Alert[],
  { metrics, slices }: Pick<Configuration, 'metrics' | 'slices'>,
): string[] {
  const byMetric = namedBy(firing, 'metric').flatMap((name) => own(metrics, name)?.responsible ?? [])
  const bySlice = namedBy(firing, 'slice').flatMap((name) => own(slices, name)?.responsible ?? [])
  return [...new Set([...byMetric, ...bySlice])].slice(0, mostResponsible)
}
