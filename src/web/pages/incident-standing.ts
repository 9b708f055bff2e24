import { incidentName } from '../../domain/investigate/evidence.ts'
import type { Page } from '../../domain/page/page.ts'
import type { RemediationAttempt } from '../../domain/remediate/remediation.ts'
import { escalationStanding, ownedSince } from '../escalation.ts'
import { html, type Html } from '../html.ts'
import { switchLine } from './automation.ts'
import type { IncidentPage } from './incident.ts'
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
export function factSection({ incident, records, now }: IncidentPage): Html {
  const { severity, state, service, title, startedAt, resolvedAt, recurrenceOf } = incident
  const lasted =
    resolvedAt === null
      ? html`<strong>${sinceThen(startedAt, now)}</strong> since ${instant(startedAt)}`
      : html`Lasted <strong>${elapsed(startedAt, resolvedAt)}</strong> from ${instant(startedAt)}`
  return html`<section class="facts" id="facts" data-part aria-label="What is known">
<p class="tags">${severityBadge(severity)} ${stateBadge(state)} <span class="quiet">${incidentName(incident.number)}</span></p>
<h1>${title}</h1>
${impact(records.alerts)}
<p>${lasted}, service ${service}${recurrenceOf === null ? null : html`, again after ${incidentLink(recurrenceOf)}`}</p>
<p>${owner({ incident, records })}</p>
${countdown({ records, now })}
</section>`
}

function impact(alerts: IncidentPage['records']['alerts']): Html | null {
  const [first] = alerts
  const summary = first?.annotations['summary']
  if (summary === undefined) return null
  const others = alerts.length - 1
  return html`<p class="impact">${summary}${others === 0 ? null : html` <a href="#alerts">and ${counted(others, 'alert')} more</a>`}</p>`
}

type Known = Pick<IncidentPage, 'incident' | 'records'>

function owner({ incident, records }: Known): Html {
  const { acknowledgedBy } = incident
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

function countdown({ records, now }: Pick<IncidentPage, 'records' | 'now'>): Html | null {
  const standing = escalationStanding(records.machine)
  switch (standing.kind) {
    case 'idle':
      return null
    case 'held':
      return html`<p class="countdown">Step ${standing.step} waits: ${standing.reason}${standing.dueAt === null ? null : html`, for <strong>${until(standing.dueAt, now)}</strong>`}</p>`
    case 'acknowledged':
      return html`<p class="countdown">Escalates again in <strong>${until(standing.until, now)}</strong> unless resolved</p>`
    case 'exhausted':
      return standing.retryAt === null
        ? html`<p class="countdown">Every escalation step is used up: nobody else is paged unless somebody escalates.</p>`
        : html`<p class="countdown">Nobody could be reached. The steps begin again in <strong>${until(standing.retryAt, now)}</strong></p>`
    case 'head-start':
      return html`<p class="countdown">Remediation tries first. Paging begins in <strong>${until(standing.dueAt, now)}</strong></p>`
    case 'asking-owner':
      return html`<p class="countdown">It became worse: asking ${standing.by}. Escalates in <strong>${until(standing.dueAt, now)}</strong> unless acknowledged</p>`
    case 'waiting': {
      const { step, following, dueAt } = standing
      const whom = following.length === 0 ? 'escalation ends' : `${following.join(', ')} paged next,`
      return html`<p class="countdown">Step ${step}: ${whom} in <strong>${until(dueAt, now)}</strong></p>`
    }
  }
}

/** What automation did, does and awaits, and where to look next. */
export function nowSection(page: IncidentPage): Html {
  const { incident, records, switches, now, reviewed, byPageLink, temporalUrl } = page
  const { nowDoing, state, runbook, number } = incident
  const doing =
    state === 'resolved' ? 'It is over.' : nowDoing === '' ? 'Nothing is known to be in progress.' : nowDoing
  return html`<section class="now" id="now" data-part aria-labelledby="now-title"><h2 id="now-title">Now</h2>
<p class="doing" data-announce>${doing}</p>
${state === 'resolved' ? null : switches.map((one) => switchLine(one, now))}
${done(records.attempts)}
<ul class="links">
${reviewed ? html`<li><a href="/reviews/${incidentName(number)}">Post-mortem</a></li>` : null}
<li>${runbook === null ? 'No runbook matches' : html`<a href="/runbooks/${encodeURIComponent(runbook)}">Runbook ${runbook}</a>`}</li>
${records.evidence.length === 0 ? null : html`<li><a href="#evidence">${counted(records.evidence.length, 'evidence record')}</a></li>`}
${temporalUrl === undefined || byPageLink ? null : html`<li><a href="${temporalUrl}">Workflow in Temporal</a></li>`}
</ul></section>`
}

function done(attempts: readonly RemediationAttempt[]): Html | null {
  if (attempts.length === 0) return null
  const rows = attempts.map(({ action, target, state, outcome }) => {
    const [sign, words] = outcomeWords(outcome, state)
    return html`<li>${icon(sign)} <strong>${action}</strong> on ${target}: ${words}</li>`
  })
  return html`<ul class="done">${rows}</ul>`
}
