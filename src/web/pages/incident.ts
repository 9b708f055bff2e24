import type { Alert } from '../../domain/alert.ts'
import { evidenceId, incidentName, type Evidence } from '../../domain/evidence.ts'
import type { Incident } from '../../domain/incident.ts'
import type { Page } from '../../domain/page.ts'
import type { RemediationAttempt } from '../../domain/remediation.ts'
import type { TimelineEntry } from '../../domain/timeline.ts'
import type { IncidentRecords } from '../dependencies.ts'
import { html, type Html } from '../html.ts'
import { layout } from './layout.ts'
import { elapsed, instant, severityBadge } from './words.ts'

export interface IncidentPage {
  readonly incident: Incident
  readonly records: IncidentRecords
  readonly now: string
  readonly person: string
  readonly temporalUrl?: string
}

/** One incident: what a person woken at night needs first stands first. */
export function incidentPage({ incident, records, now, person, temporalUrl }: IncidentPage): Html {
  const name = incidentName(incident.number)
  return layout(
    `${name} ${incident.title}`,
    html`<h1>${name} ${incident.title}</h1>
<p>${severityBadge(incident.severity)} <span class="state">${incident.state}</span> service <strong>${incident.service}</strong></p>
<p>${elapsed(incident.startedAt, incident.resolvedAt ?? now)} since ${instant(incident.startedAt)}${owner(incident)}</p>
<section class="now"><h2>Now</h2><p>${incident.nowDoing === '' ? 'Nothing is known to be in progress.' : incident.nowDoing}</p></section>
${incident.state === 'resolved' ? reviewLink(name) : commands(name, incident)}
<img class="chart" src="/charts/${incident.chartToken}.png" alt="Line chart of the metric: today, yesterday and a week ago" width="800" height="400">
${alertSection(records.alerts)}
${remediationSection(records.attempts)}
${pageSection(records.pages)}
${timelineSection(records.timeline)}
${evidenceSection(records.evidence)}
${temporalUrl === undefined ? null : html`<p><a href="${temporalUrl}">This incident's workflow in Temporal</a></p>`}`,
    person,
  )
}

function owner({ acknowledgedBy, acknowledgedAt }: Incident): Html {
  if (acknowledgedBy === null || acknowledgedAt === null) return html`. Nobody has acknowledged it.`
  return html`. Acknowledged by ${acknowledgedBy} at ${instant(acknowledgedAt)}.`
}

function commands(name: string, { acknowledgedAt }: Incident): Html {
  const button = (verb: string, label: string, kind = '') =>
    html`<form method="post" action="/incidents/${name}/${verb}"><button class="${kind}">${label}</button></form>`
  return html`<section class="commands" aria-label="Commands">
${acknowledgedAt === null ? button('acknowledge', 'Acknowledge', 'primary') : null}
${button('escalate', 'Escalate now')}${button('resolve', 'Resolve')}${button('stop-automation', 'Stop automation')}
<form method="post" action="/incidents/${name}/note"><label>Note <input name="text" required maxlength="10000"></label><button>Add</button></form>
</section>`
}

function reviewLink(name: string): Html {
  return html`<p><a href="/reviews/${name}">Post-mortem of ${name}</a></p>`
}

function alertSection(alerts: readonly Alert[]): Html {
  const rows = alerts.map(
    ({ status, labels, annotations, startsAt }) =>
      html`<li><span class="state">${status}</span> ${annotations['summary'] ?? labels['alertname']} <span class="quiet">since ${instant(startsAt)}</span></li>`,
  )
  return html`<section><h2>Alerts</h2><ul>${rows}</ul></section>`
}

function remediationSection(attempts: readonly RemediationAttempt[]): Html | null {
  if (attempts.length === 0) return null
  const rows = attempts.map(
    ({ action, target, state, outcome, decision, explanation }) =>
      html`<li><strong>${action}</strong> on ${target}: ${outcome ?? state}. ${decision} ${explanation}</li>`,
  )
  return html`<section><h2>What automation tried</h2><ol>${rows}</ol></section>`
}

function pageSection(pages: readonly Page[]): Html | null {
  if (pages.length === 0) return null
  const rows = pages.map(
    ({ person, channel, kind, state, step, createdAt, lastError }) =>
      html`<li>step ${step + 1}: ${person} by ${channel} (${kind}): <strong>${state}</strong> ${instant(createdAt)}${lastError === null ? null : html` ${lastError}`}</li>`,
  )
  return html`<section><h2>Who was told</h2><ul>${rows}</ul></section>`
}

function timelineSection(entries: readonly TimelineEntry[]): Html {
  const rows = entries
    .toReversed()
    .map(
      ({ at, actor, summary }) =>
        html`<li>${instant(at)} <span class="quiet">${actor}</span><br>${summary}</li>`,
    )
  return html`<section><h2>Timeline, newest first</h2><ol class="timeline" reversed>${rows}</ol></section>`
}

function evidenceSection(evidence: readonly Evidence[]): Html | null {
  if (evidence.length === 0) return null
  const rows = evidence.map(
    (record) => html`<details id="E${record.number}"><summary>${evidenceId(record)} ${record.title}</summary>
${record.query === undefined ? null : html`<pre>${record.query}</pre>`}
<pre>${JSON.stringify(record.result, null, 1).slice(0, 20_000)}</pre>
<p class="quiet">collected ${instant(record.collectedAt)}, SHA-256 ${record.hash}</p></details>`,
  )
  return html`<section><h2>Evidence</h2>${rows}</section>`
}
