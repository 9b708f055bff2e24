import { leftOutOf, leftOutWords } from '../../domain/alert/left-out.ts'
import { cutText } from '../../domain/page/delivery.ts'
import { unknownService } from '../../domain/alert/alert-title.ts'
import { incidentName } from '../../domain/investigate/evidence.ts'
import { nextWords } from '../../domain/incident/next.ts'
import { nowDoing } from '../../domain/incident/now-doing.ts'
import type { MachineState } from '../../domain/incident/state.ts'
import { firewatch } from '../../domain/incident/timeline.ts'
import type { Page } from '../../domain/page/page.ts'
import { dayAndTimeWords } from '../../domain/values/zoned-words.ts'
import type { RemediationAttempt } from '../../domain/remediate/remediation.ts'
import { escalationStanding, ownedSince } from '../escalation.ts'
import { html, type Html } from '../html.ts'
import { readerZone } from '../reader-zone.ts'
import { switchLine } from './automation.ts'
import type { IncidentPage } from './incident.ts'
import { linkItems } from './incident-guidance.ts'
import { outcomeWords } from './outcomes.ts'
import {
  clock,
  counted,
  elapsed,
  icon,
  incidentLink,
  instant,
  severityBadge,
  since as sinceThen,
  stateBadge,
  until,
} from './words.ts'

/** What is wrong, how bad, for how long, and who knows: all of it on the first screen of a phone. */
export function factSection(page: IncidentPage): Html {
  const { incident, records, now } = page
  const { severity, state, service, title, startedAt, resolvedAt, recurrenceOf } = incident
  const lasted =
    resolvedAt === null
      ? html`<strong>${sinceThen(startedAt, now)}</strong> since ${instant(startedAt)}`
      : html`Lasted <strong>${elapsed(startedAt, resolvedAt)}</strong> from ${instant(startedAt)}`
  return html`<section class="facts" id="facts" data-part aria-label="What is known">
<p class="tags">${severityBadge(severity)} ${stateBadge(state)} <span class="quiet">${incidentName(incident.number)}</span></p>
<h1>${title}</h1>
${impact(records.alerts)}
<p>${lasted}${service === unknownService ? null : html`, service ${service}`}${recurrenceOf === null ? null : html`, again after ${incidentLink(recurrenceOf)}`}</p>
<p>${owner({ incident, records })}</p>
${countdown(page)}
</section>`
}

/** As much of it as people read at a glance. */
const longestSummary = 500

/** The worst of what fires, behind how much fires. */
function impact(alerts: IncidentPage['records']['alerts']): Html | null {
  const [worst] = alerts
  const summary = worst?.annotations['summary']
  if (summary === undefined) return null
  const firing = alerts.filter(({ status }) => status === 'firing').length
  const total =
    firing === 0
      ? counted(alerts.length, 'alert')
      : `${counted(firing, 'alert')} of ${alerts.length} ${firing === 1 ? 'fires' : 'fire'}`
  const leftOut = leftOutOf(alerts)
  const beside = leftOut === undefined ? '' : `, and ${leftOutWords(leftOut)}`
  const lead =
    alerts.length === 1 && beside === '' ? null : html`<a href="#alerts">${total}${beside}</a>, the worst: `
  return html`<p class="impact">${lead}${cutText(summary, longestSummary)}</p>`
}

type Known = Pick<IncidentPage, 'incident' | 'records'>

function owner({ incident, records }: Known): Html {
  const { acknowledgedBy, state, resolvedBy, resolvedAt } = incident
  if (state === 'resolved' && resolvedAt !== null) {
    return resolvedBy === null || resolvedBy === firewatch
      ? html`<strong>Resolved</strong> at ${clock(resolvedAt)}: every alert stayed clear.`
      : html`<strong>Resolved by ${resolvedBy}</strong> at ${clock(resolvedAt)}.`
  }
  const since = ownedSince(records.machine) ?? incident.acknowledgedAt
  const paged = pagedPeople(records.pages)
  const others = paged.filter(({ person }) => person !== acknowledgedBy)
  const list = others.map(({ person, state }) => `${person} (${state})`).join(', ')
  if (acknowledgedBy === null || since === null) {
    return html`<strong>Nobody has acknowledged it.</strong> ${list === '' ? 'Nobody is paged yet.' : `Paged: ${list}.`}`
  }
  return html`<strong>${acknowledgedBy}</strong> has it, since ${clock(since)}. ${list === '' ? 'Nobody else was paged.' : `Also paged: ${list}.`}`
}

/** Each person who was paged, with how their newest page stands. */
function pagedPeople(pages: readonly Page[]): readonly Page[] {
  const newest = new Map<string, Page>()
  for (const page of pages) if (page.kind === 'page') newest.set(page.person, page)
  return [...newest.values()]
}

/** What happens by itself next, by name and time. */
function countdown({ records, outlook, now }: IncidentPage): Html | null {
  const { next, channelsOf } = outlook
  if (next === null) return atRest(records.machine)
  const at = new Date(next.at).toISOString()
  const { what, unless } = nextWords(next, channelsOf)
  const when = dayAndTimeWords(next.at, { timeZone: readerZone(), now: Date.parse(now) })
  return html`<p class="countdown">Next: ${what} at <time datetime="${at}">${when}</time>, in <strong>${until(at, now)}</strong>${unless === null ? null : `, unless ${unless}`}</p>`
}

/** Why nothing happens by itself, where somebody may wait for it. */
function atRest(machine: MachineState | null): Html | null {
  const standing = escalationStanding(machine)
  if (standing.kind === 'held')
    return html`<p class="countdown">Step ${standing.step} waits: ${standing.reason}</p>`
  return standing.kind === 'exhausted'
    ? html`<p class="countdown">Every escalation step is used up: nobody else is paged unless somebody escalates.</p>`
    : null
}

/** What automation did, does and awaits, and where to look next. */
export function nowSection(page: IncidentPage): Html {
  const { incident, records, switches, now, reviewed, byPageLink, temporalUrl, outlook } = page
  const { state, number } = incident
  const doing = state === 'resolved' ? 'It is over.' : doingSentence(page)
  return html`<section class="now" id="now" data-part aria-labelledby="now-title"><h2 id="now-title">Now</h2>
<p class="doing" data-announce>${doing}</p>
${state === 'resolved' ? null : switches.map((one) => switchLine(one, now))}
${done(records.attempts)}
<ul class="links">
${reviewed ? html`<li><a href="/reviews/${incidentName(number)}">Post-mortem</a></li>` : null}
<li>${incident.runbook === null ? 'No runbook matches' : html`<a href="/runbooks/${encodeURIComponent(incident.runbook)}">Runbook ${outlook.runbook?.title ?? incident.runbook}</a>`}</li>
${linkItems(outlook.links)}
${records.evidence.length === 0 ? null : html`<li><a href="#evidence">${counted(records.evidence.length, 'evidence record')}</a></li>`}
${temporalUrl === undefined || byPageLink ? null : html`<li><a href="${temporalUrl}">Workflow in Temporal</a></li>`}
</ul></section>`
}

function doingSentence({ incident, records }: IncidentPage): string {
  const doing = records.machine === null ? incident.nowDoing : nowDoing(records.machine, readerZone())
  return doing === '' ? 'Nothing is known to be in progress.' : doing
}

function done(attempts: readonly RemediationAttempt[]): Html | null {
  if (attempts.length === 0) return null
  const rows = attempts.map(({ action, target, state, outcome }) => {
    const [sign, words] = outcomeWords(outcome, state)
    return html`<li>${icon(sign)} <strong>${action}</strong> on ${target}: ${words}</li>`
  })
  return html`<ul class="done">${rows}</ul>`
}
