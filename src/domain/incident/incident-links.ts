import { alertLinks, type LinkKind, type TypedLink } from '../alert/alert-links.ts'
import type { Alert } from '../alert/alert.ts'
import type { Configuration } from '../configuration/configuration.ts'
import { cutText, oneLine } from '../page/delivery.ts'
import { own } from '../values/own.ts'
import type { Incident } from './incident.ts'

/** What links of an incident are gathered from. */
export interface LinkSources {
  readonly incident: Pick<Incident, 'service'>
  /** Those to go by: what fires. */
  readonly alerts: readonly Pick<Alert, 'labels' | 'annotations'>[]
  readonly configuration: Pick<Configuration, 'services' | 'metrics'> &
    Partial<Pick<Configuration, 'checks' | 'heartbeats'>>
  /** Our own, when one matches. */
  readonly runbook?: { readonly title: string; readonly url: string }
}

const order: readonly LinkKind[] = ['runbook', 'dashboard', 'chart', 'other', 'source']
/** Fourteen alerts have fourteen sources, of which one is enough to begin with. */
const mostOfKind: Readonly<Record<LinkKind, number>> = {
  runbook: 3,
  dashboard: 4,
  chart: 4,
  other: 6,
  source: 2,
}
const longestTitle = 200

/** Where to look: what to do first, what shows more next, where it comes from last. Each address once, people's own titles before those of alerts. */
export function incidentLinks({ incident, alerts, configuration, runbook }: LinkSources): TypedLink[] {
  const ours: TypedLink[] =
    runbook === undefined
      ? []
      : [{ kind: 'runbook', title: `Runbook: ${oneLine(runbook.title)}`, url: runbook.url }]
  const told = alerts.flatMap((alert) => alertLinks(alert).links)
  const all = [...ours, ...configuredLinks(incident, alerts, configuration), ...told]
  const once = [...new Map(all.toReversed().map((link) => [link.url, link])).values()].toReversed()
  return order.flatMap((kind) =>
    numbered(once.filter((link) => link.kind === kind).slice(0, mostOfKind[kind])),
  )
}

function configuredLinks(
  { service }: LinkSources['incident'],
  alerts: LinkSources['alerts'],
  { services, metrics, checks = {}, heartbeats = {} }: LinkSources['configuration'],
): TypedLink[] {
  const about = own(services, service)
  const fired = namedBy(alerts, 'check').flatMap((name) => own(checks, name) ?? [])
  const silent = namedBy(alerts, 'heartbeat').flatMap((name) => own(heartbeats, name) ?? [])
  const charts = namedBy(alerts, 'metric').flatMap((name): TypedLink[] => {
    const metric = own(metrics, name)
    return metric?.chartUrl === undefined
      ? []
      : [{ kind: 'chart', title: metric.title, url: metric.chartUrl }]
  })
  const places = [...fired, ...silent, ...(about === undefined ? [] : [about])]
  return [
    ...places.flatMap(({ runbookUrl: url }): TypedLink[] =>
      url === undefined ? [] : [{ kind: 'runbook', title: 'Runbook', url }],
    ),
    ...places.flatMap(({ dashboardUrl: url }): TypedLink[] =>
      url === undefined ? [] : [{ kind: 'dashboard', title: 'Dashboard', url }],
    ),
    ...charts,
    ...places.flatMap(({ links = [] }) => links.map((link): TypedLink => ({ kind: 'other', ...link }))),
  ]
}

/** Two that are called the same can be told apart: `Dashboard`, `Dashboard 2`. */
function numbered(links: readonly TypedLink[]): TypedLink[] {
  const seen = new Map<string, number>()
  return links.map((link) => {
    const title = cutText(oneLine(link.title), longestTitle)
    const count = (seen.get(title) ?? 0) + 1
    seen.set(title, count)
    return { ...link, title: count === 1 ? title : `${title} ${count}` }
  })
}

/** The values that alerts have for a label, each once. */
export function namedBy(alerts: LinkSources['alerts'], label: string): string[] {
  return [...new Set(alerts.flatMap(({ labels }) => labels[label] ?? []))]
}
