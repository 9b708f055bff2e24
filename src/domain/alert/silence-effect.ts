import { incidentName } from '../investigate/evidence.ts'
import type { Severity } from '../values/severity.ts'
import { alertIdentity, type Labels } from './alert.ts'
import { type Matcher, matchesAll } from './matcher.ts'

/** An alert that fires in an open incident. In several incidents it is listed with each. */
export interface FiringAlert {
  readonly source: string
  readonly fingerprint: string
  readonly labels: Labels
  readonly annotations: Labels
  /** Epoch milliseconds. */
  readonly startsAt: number
  readonly incident: AffectedIncident
}

export interface AffectedIncident {
  readonly incident: number
  readonly title: string
  readonly severity: Severity
  /** Who has it; `null`: nobody. */
  readonly owner: string | null
}

/** What a silence silences, as things stand. */
export interface SilenceEffect {
  /** How many firing alerts match, of how many that fire. */
  readonly alerts: number
  readonly firing: number
  /** Open incidents that they are in; `silenced` when all that fires in one is silenced. */
  readonly incidents: readonly (AffectedIncident & { readonly alerts: number; readonly silenced: boolean })[]
}

export function effectOf(matchers: readonly Matcher[], firing: readonly FiringAlert[]): SilenceEffect {
  const incidents = new Map<number, { incident: AffectedIncident; matched: number; firing: number }>()
  const matching = new Set<string>()
  for (const alert of firing) {
    const { labels, incident } = alert
    const sum = incidents.get(incident.incident) ?? { incident, matched: 0, firing: 0 }
    sum.firing++
    if (matchesAll(matchers, labels)) {
      sum.matched++
      matching.add(alertIdentity(alert))
    }
    incidents.set(incident.incident, sum)
  }
  const affected = [...incidents.values()].filter(({ matched }) => matched > 0)
  return {
    alerts: matching.size,
    firing: new Set(firing.map(alertIdentity)).size,
    incidents: affected.map(({ incident, matched, firing: all }) => ({
      ...incident,
      alerts: matched,
      silenced: matched === all,
    })),
  }
}

const mostNamed = 8

/** `It matches 3 of 12 firing alerts: all of INC-3 (P1, Likes on iOS down 67 %), 2 of INC-4 (P2, …).` */
export function effectSentence({ alerts, firing, incidents }: SilenceEffect): string {
  if (alerts === 0) return firing === 0 ? 'No alert fires now.' : `It matches none of ${countOf(firing)}.`
  const share =
    alerts === firing
      ? firing === 1
        ? 'the only firing alert'
        : `all ${countOf(firing)}`
      : `${alerts} of ${countOf(firing)}`
  const named = incidents
    .slice(0, mostNamed)
    .map(
      ({ incident, severity, title, alerts: matched, silenced }) =>
        `${silenced ? 'all' : matched} in ${incidentName(incident)} (${severity}, ${title})`,
    )
  const more = incidents.length - named.length
  return `It matches ${share}: ${named.join(', ')}${more > 0 ? ` and more in ${more} other incidents` : ''}.`
}

function countOf(firing: number): string {
  return firing === 1 ? '1 firing alert' : `${firing} firing alerts`
}
