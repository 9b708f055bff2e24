import type { Alert } from '../alert/alert.ts'
import { silentSourceOf } from '../check/self-alerts.ts'
import { seriesOf } from '../investigate/investigate.ts'
import { cutText, oneLine } from './delivery.ts'
import type { Incident } from '../incident/incident.ts'
import type { PageLink } from './page.ts'
import { severities, severityOfLabel } from '../values/severity.ts'
import { longestName, longestLine, mostResponsible, mostLines, mostLinks } from './message-limits.ts'
import type { Configuration } from '../configuration/configuration.ts'
import { own } from '../values/own.ts'

/** One line per different text, the most severe first. */
export function linesOf(firing: readonly Alert[], firingCount: number): string[] {
  const bySeverity = firing.toSorted((a, b) => rank(a) - rank(b))
  const counts = new Map<string, number>()
  for (const alert of bySeverity) counts.set(lineOf(alert), (counts.get(lineOf(alert)) ?? 0) + 1)
  const lines = [...counts].map(([text, count]) => (count === 1 ? text : `${text} (×${count})`))
  const told = lines.slice(0, mostLines)
  const shown = [...counts.values()].slice(0, mostLines).reduce((sum, count) => sum + count, 0)
  return shown >= firingCount ? told : [...told, `and ${firingCount - shown} more`]
}

function rank(alert: Alert): number {
  return severities.indexOf(severityOfLabel(alert.labels['severity']))
}

function lineOf({ annotations, labels }: Alert): string {
  const said = oneLine(annotations['summary'] ?? annotations['description'] ?? '')
  const shown =
    said === ''
      ? oneLine(
          Object.entries(labels)
            .map(([name, value]) => `${name}=${value}`)
            .join(' '),
        )
      : said
  return cutText(shown, longestLine)
}

/** The service's dashboard, and the charts that are kept elsewhere of the metrics that fire. */
export function linksOf(
  { service }: Incident,
  firing: readonly Alert[],
  { services, metrics }: Pick<Configuration, 'services' | 'metrics'>,
): PageLink[] {
  const dashboard = own(services, service)?.dashboardUrl
  const charts = namedBy(firing, 'metric').flatMap((name) => {
    const metric = own(metrics, name)
    return metric?.chartUrl === undefined ? [] : [{ title: metric.title, url: metric.chartUrl }]
  })
  const links = [...(dashboard === undefined ? [] : [{ title: 'Dashboard', url: dashboard }]), ...charts]
  return links
    .slice(0, mostLinks)
    .map(({ title, url }) => ({ title: cutText(oneLine(title), longestName), url }))
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

function namedBy(firing: readonly Alert[], label: string): string[] {
  return [...new Set(firing.flatMap(({ labels }) => labels[label] ?? []))]
}
