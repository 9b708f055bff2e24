import { incidentName } from '../../domain/investigate/evidence.ts'
import type { Incident } from '../../domain/incident/incident.ts'
import type { GuardSwitch } from '../../domain/remediate/kill-switch.ts'
import type { ChartAbout, IncidentRecords } from '../dependencies.ts'
import { html, type Html } from '../html.ts'
import { incidentChart } from './chart-figure.ts'
import type { IncidentOutlook } from '../outlook.ts'
import { guidanceSection } from './incident-guidance.ts'
import { evidenceSection } from './evidence.ts'
import { commandBar, noteForm, toldSection } from './incident-commands.ts'
import { pagingSection } from './incident-paging.ts'
import { changesSection } from './incident-changes.ts'
import { partsSection } from './incident-parts.ts'
import { alertSection, attemptSection, timelineSection } from './incident-records.ts'
import { factSection, nowSection } from './incident-standing.ts'
import { linkCommands } from './link-commands.ts'
import { layout } from './layout.ts'

export interface IncidentPage {
  readonly incident: Incident
  readonly records: IncidentRecords
  /** Those that keep automation from this incident as a whole. */
  readonly switches: readonly GuardSwitch[]
  readonly mark: string
  readonly now: string
  readonly person: string
  /** Who may take the incident, and which policies there are, as configured now. */
  readonly people: readonly string[]
  readonly policies: readonly string[]
  /** Whether the reader may give commands. */
  readonly mayCommand: boolean
  /** Whether the reader came by the link of a page, which opens this incident and nothing else. */
  readonly byPageLink: boolean
  /** Carried by the forms of this page: sent twice, a command is the same one. */
  readonly commandId: string
  /** What a command that was just given came to, as the address says. */
  readonly told?: string
  readonly reviewed: boolean
  /** What its chart shows; absent where nothing measures what fires. */
  readonly chart?: ChartAbout
  readonly temporalUrl?: string
  readonly outlook: IncidentOutlook
}

/** One incident: what a person woken at night needs first stands first. */
export function incidentPage(page: IncidentPage): Html {
  const { incident, records, mark, now, person, byPageLink, outlook } = page
  const name = incidentName(incident.number)
  return layout({
    title: `${incident.severity} ${name} ${incident.title}`,
    area: 'incidents',
    ...(byPageLink ? {} : { person }),
    live: { incident: name, mark, now },
    body: html`${toldSection(page)}
<div class="incident">
${factSection(page)}
${byPageLink ? linkCommands(page) : commandBar(page)}
<div class="story">
${partsSection(page)}
${nowSection(page)}
${changesSection(page)}
${guidanceSection(page)}
${chartSection(page)}
${alertSection(records.alerts)}
${attemptSection(records.attempts, outlook.metricTitle)}
${timelineSection(records.timeline, noteForm(page))}
${pagingSection(page)}
${evidenceSection(records.evidence)}
</div>
</div>`,
  })
}

/** None where nothing measures what fires. */
function chartSection({ incident, chart }: IncidentPage): Html | null {
  if (chart === undefined) return null
  const numbers = `/incidents/${incidentName(incident.number)}/chart`
  return incidentChart({
    token: incident.chartToken,
    about: chart,
    numbers,
    renew: incident.state !== 'resolved',
  })
}
