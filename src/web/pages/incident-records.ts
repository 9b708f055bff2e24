import { alertLinks } from '../../domain/alert/alert-links.ts'
import { type Alert, leftOutAnnotation } from '../../domain/alert/alert.ts'
import { leftOutOf, leftOutSentence } from '../../domain/alert/left-out.ts'
import { cutText } from '../../domain/page/delivery.ts'
import { formatNumber } from '../../domain/values/numbers.ts'
import { explanationSentence } from '../../domain/remediate/explanation-words.ts'
import { decisionSentence } from '../../domain/remediate/guard-words.ts'
import type { Measurement, RemediationAttempt } from '../../domain/remediate/remediation.ts'
import type { TimelineEntry } from '../../domain/incident/timeline.ts'
import { baselineWords, seriesWords } from '../../domain/check/verdict-words.ts'
import { dayAndTimeIn } from '../../domain/values/zoned-words.ts'
import type { Verdict } from '../../domain/check/verdict.ts'
import { html, type Html } from '../html.ts'
import type { IncidentOutlook } from '../outlook.ts'
import { readerZone } from '../reader-zone.ts'
import { linkItems } from './incident-guidance.ts'
import { outcomeWords } from './outcomes.ts'
import { table, type Cell } from './table.ts'
import { clock, icon, incidentLink, instant, verdictBadge } from './words.ts'

const mostAlerts = 100
/* A sender may write as much as it likes, and all of it is kept; people read so much of it. */
const mostLabels = 60
const longestName = 200
const longestValue = 500

export function alertSection(alerts: readonly Alert[]): Html {
  const firing = alerts.filter(({ status }) => status === 'firing').length
  const rows = alerts.slice(0, mostAlerts).map(
    ({ status, labels, annotations, startsAt, endsAt, movedTo }) =>
      html`<li><p><span class="badge ${status === 'firing' ? 'firing' : 'ok'}">${icon(status === 'firing' ? '▲' : '✓')} ${status}</span> ${cutText(annotations['summary'] ?? labels['alertname'] ?? 'alert', longestValue)}</p>
<p class="quiet">${instant(startsAt)}${endsAt === undefined ? null : html` to ${clock(endsAt)}`}${movedTo === undefined ? null : html`, then moved to ${incidentLink(movedTo)}`}</p>
${linksOf(annotations)}
<details><summary>Labels</summary><dl class="labels">${pairs(labels)}${pairs(annotations)}</dl></details></li>`,
  )
  const more = alerts.length - rows.length
  const leftOut = leftOutOf(alerts)
  return html`<section id="alerts" data-part aria-labelledby="alerts-title"><h2 id="alerts-title">Alerts: ${firing} firing of ${alerts.length}</h2>
<ul class="records">${rows}</ul>${more === 0 ? null : html`<p>${more} more are not shown.</p>`}${leftOut === undefined ? null : html`<p>${leftOutSentence(leftOut)}.</p>`}</section>`
}

/** Where the alert leads, and what it calls a link and is none. */
function linksOf(annotations: Alert['annotations']): Html | null {
  const { links, refused } = alertLinks({ annotations })
  if (links.length + refused.length === 0) return null
  const items = [
    ...linkItems(links),
    ...refused.map(
      ({ name, text, reason }) => html`<li>${name} is not linked, it ${reason}: <code>${text}</code></li>`,
    ),
  ]
  return html`<ul class="links">${items}</ul>`
}

function pairs(labels: Alert['labels']): Html[] {
  const told = Object.entries(labels).filter(([name]) => name !== leftOutAnnotation)
  const shown = told
    .slice(0, mostLabels)
    .map(
      ([name, value]) =>
        html`<div><dt>${cutText(name, longestName)}</dt><dd>${cutText(value, longestValue)}</dd></div>`,
    )
  const more = told.length - shown.length
  return more === 0 ? shown : [...shown, html`<div><dt>and ${more} more</dt><dd>not shown</dd></div>`]
}

/** Each try with its guards' decision and what was measured before and after it. */
export function attemptSection(
  attempts: readonly RemediationAttempt[],
  metricTitle: IncidentOutlook['metricTitle'],
): Html {
  const rows = attempts.map((attempt) => {
    const { id, rung, action, target, state, outcome, decision, explanation, actedAt } = attempt
    const [sign, words] = outcomeWords(outcome, state)
    return html`<li id="${id}"><h3>${icon(sign)} ${action} on ${target}: ${words}</h3>
<p class="quiet">Rung ${rung}, ${actedAt === null ? 'not carried out' : html`carried out ${instant(actedAt)}`}</p>
${explanation === null ? null : html`<p>${explanationSentence(explanation, dayAndTimeIn(readerZone()))}</p>`}
${beforeAndAfter(attempt, metricTitle)}
<details><summary>What the guards decided</summary><p>${decisionSentence(decision, dayAndTimeIn(readerZone()))}</p></details></li>`
  })
  return html`<section id="attempts" data-part aria-labelledby="attempts-title"><h2 id="attempts-title">What automation tried</h2>
${rows.length === 0 ? html`<p class="quiet">Nothing so far.</p>` : html`<ol class="records">${rows}</ol>`}</section>`
}

function beforeAndAfter(
  { action, before, after }: RemediationAttempt,
  metricTitle: IncidentOutlook['metricTitle'],
): Html | null {
  if (before === null) return null
  const rows = before.verdicts.map((verdict): Cell[] => {
    const later = newestOf(after, verdict)
    const [usual] = verdict.baselines
    return [
      seriesWords(metricTitle(verdict.metric), verdict),
      usual === undefined ? '–' : number(usual.value),
      number(verdict.value),
      later === undefined ? 'not measured' : number(later.value),
      later === undefined ? '–' : verdictBadge(later.state),
    ]
  })
  const against = before.verdicts[0]?.baselines[0]
  const usual = against === undefined ? 'usual' : baselineWords(against, 'ago')
  const columns = ['Series', usual, 'Before', 'After', 'State after']
  return table({ caption: `Before and after ${action}`, columns, rows })
}

function newestOf(measurement: Measurement | null, of: Verdict): Verdict | undefined {
  return measurement?.verdicts.findLast(
    ({ metric, slice, group }) => metric === of.metric && slice === of.slice && group === of.group,
  )
}

function number(value: number | null): string {
  return value === null ? 'unknown' : formatNumber(value)
}

export function timelineSection(entries: readonly TimelineEntry[], note: Html | null): Html {
  const rows = entries
    .toReversed()
    .map(
      ({ at, actor, kind, summary }) =>
        html`<li class="entry ${kind}"><p class="quiet">${instant(at)} ${actor}${kind === 'note' ? ' noted' : null}</p><p>${summary}</p></li>`,
    )
  return html`<section aria-labelledby="timeline-title"><h2 id="timeline-title">Timeline, newest first</h2>
${note}<ol class="timeline" id="timeline" data-part reversed>${rows}</ol></section>`
}
