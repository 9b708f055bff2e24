import { incidentName } from '../../domain/investigate/evidence.ts'
import { enteredStep } from '../escalation.ts'
import { isAutomated } from '../../domain/incident/automation.ts'
import { incidentScope, isSameScope } from '../../domain/remediate/kill-switch.ts'
import { html, type Html } from '../html.ts'
import { action, commandId, form } from './command-form.ts'
import { moreCommands } from './incident-forms.ts'
import type { IncidentPage } from './incident.ts'
import { silenceAddress } from './silences.ts'

/** What each command came to, by the word that the address brings along. */
const told = new Map([
  ['acknowledge', 'You have it. Nobody else is paged.'],
  ['acknowledge-again', 'It was acknowledged before: nothing has changed.'],
  ['take-over', 'You have it now.'],
  ['take-over-again', 'You had it already: nothing has changed.'],
  ['hand-over', 'Paged them. They own it once they acknowledge; until then nothing changes.'],
  ['hand-over-again', 'They have it already: nothing has changed.'],
  ['snooze', 'You have it. It escalates again after that time unless resolved.'],
  ['severity', 'The severity is set. Alerts do not change it any more.'],
  ['apply-policy', 'The policy as configured now applies.'],
  ['escalate', 'The next escalation step is paged now.'],
  ['escalate-again', 'Nothing has changed: this was asked for before.'],
  ['resolve', 'Resolved. Its post-mortem follows.'],
  [
    'stop-automation',
    'Automation is stopped here until somebody lifts it: no new attempt begins. One that runs is finished and verified.',
  ],
  ['stop-automation-again', 'Automation was stopped before: nothing has changed.'],
  ['resume-automation', 'Automation may work again in this incident.'],
  ['resume-automation-again', 'It was not stopped for this incident: nothing has changed.'],
  ['merge', 'It is part of the other incident now, and pages nobody while that does.'],
  ['merge-again', 'It was part of it already: nothing has changed.'],
  ['unmerge', 'It is an incident of its own again, and pages by itself.'],
  ['unmerge-again', 'It is part of no other incident: nothing has changed.'],
  ['split', 'Those alerts are an incident of their own now: the timeline links it.'],
  ['note', 'Noted.'],
])

export function toldSection({ told: word, incident, records }: IncidentPage): Html | null {
  if (word === 'declare') {
    const paged = new Set(records.pages.filter(({ kind }) => kind === 'page').map(({ person }) => person))
    const whom = paged.size === 0 ? 'Nobody is paged yet' : `Paged: ${[...paged].join(', ')}`
    return html`<p class="told" role="status">${incidentName(incident.number)} is open. ${whom}.</p>`
  }
  const sentence = word === undefined ? undefined : told.get(word)
  return sentence === undefined ? null : html`<p class="told" role="status">${sentence}</p>`
}

/**
 * The commands of an open incident. The bar has the one that matters now first; on a phone it lies under the thumb. What cannot be taken back
 * takes two steps, also without script.
 */
export function commandBar(page: IncidentPage): Html | null {
  const { incident, mayCommand } = page
  if (incident.state === 'resolved') return null
  if (!mayCommand) {
    return html`<section class="commands" id="commands" data-part aria-label="Commands"><p class="quiet">You can read here; commands need the role responder.</p></section>`
  }
  const owner = ownerButton(page)
  const escalate = escalateButton(page)
  return html`<section class="commands" id="commands" data-part aria-label="Commands">
<div class="bar">${owner}${resolveForm(page)}${owner === null ? escalate : null}</div>
${owner === null ? null : escalate}
${automationForm(page)}
${moreCommands(page)}
<a class="button" href="${silenceAddress(incident.labels)}">Silence…</a>
</section>`
}

/** Only where automation works or may yet begin to, or where somebody stopped it. */
function automationForm(page: IncidentPage): Html | null {
  const { incident, switches, records } = page
  const scope = incidentScope(incident.number)
  if (switches.some((one) => isSameScope(one.scope, scope)))
    return form(page, 'resume-automation', html`<button>Resume automation</button>`)
  if (records.machine === null || !isAutomated(records.machine)) return null
  return html`<details class="confirm" id="confirm-stop-automation"><summary class="button">Stop automation</summary>
${form(
  page,
  'stop-automation',
  html`<p>No new remediation attempt begins until somebody lifts it. One that runs is finished and verified.</p>
<label class="field">Why <input name="reason" maxlength="500" autocomplete="off"></label>
<button class="danger">Yes, stop automation</button>`,
)}</details>`
}

/** Adds a note to the timeline, or says by it what was wrong; after the end, what somebody learnt since. */
export function noteForm(page: IncidentPage): Html | null {
  if (!page.mayCommand || page.byPageLink) return null
  const isOver = page.incident.state === 'resolved'
  return html`<form class="note" method="post" action="${action(page, 'note')}">${commandId(page)}
<label for="note">Note for the timeline</label>
<input id="note" name="text" required maxlength="10000" autocomplete="off">
${isOver ? null : html`<label class="tick"><input type="checkbox" name="identified" value="on"> This is the cause: time to identify ends now</label>`}
<button>Add</button></form>`
}

/** Whoever has it needs neither. */
function ownerButton(page: IncidentPage): Html | null {
  const { acknowledgedBy } = page.incident
  if (acknowledgedBy === null)
    return form(page, 'acknowledge', html`<button class="primary">Acknowledge</button>`)
  if (acknowledgedBy === page.person) return null
  return form(page, 'take-over', html`<button class="primary">Take over from ${acknowledgedBy}</button>`)
}

export function escalateButton(page: IncidentPage): Html {
  const step = enteredStep(page.records.machine)
  const asOf = step === null ? null : html`<input type="hidden" name="asOf" value="${step}">`
  return form(page, 'escalate', html`${asOf}<button>Escalate</button>`)
}

/** It says what still fires; whatever begins to fire after that is asked about again. */
function resolveForm(page: IncidentPage): Html {
  const firing = page.records.alerts.filter(({ status }) => status === 'firing').length
  const meaning =
    firing === 0
      ? 'Closes the incident for good: a closed incident never re-opens.'
      : `${firing === 1 ? '1 alert still fires' : `${firing} alerts still fire`}. Closes the incident for good; what fires on opens a new one that pages.`
  const yes = firing === 0 ? 'Yes, resolve' : 'Yes, resolve anyway'
  const anyway = firing === 0 ? null : html`<input type="hidden" name="anyway" value="on">`
  return html`<details class="confirm" id="confirm-resolve"><summary class="button">Resolve</summary>
${form(page, 'resolve', html`${anyway}<p>${meaning}</p><button class="danger">${yes}</button>`)}</details>`
}
