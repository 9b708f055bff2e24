import { mergedWords } from '../../domain/escalate/hold.ts'
import { incidentName } from '../../domain/investigate/evidence.ts'
import { type MergedCause, wholeOf } from '../../domain/incident/merging.ts'
import { html, type Html } from '../html.ts'
import { form } from './command-form.ts'
import type { IncidentPage } from './incident.ts'
import { counted, incidentLink, severityBadge } from './words.ts'

/** What the incident is part of, and what is part of it. */
export function partsSection(page: IncidentPage): Html | null {
  const { machine, parts } = page.records
  const whole = machine === null || machine.phase === 'resolved' ? null : wholeOf(machine)
  if (whole === null && parts.length === 0) return null
  return html`<section class="parts" id="parts" data-part aria-label="What belongs together">
${whole === null ? null : wholeLine(page, whole)}
${
  parts.length === 0
    ? null
    : html`<p>${counted(parts.length, 'incident')} ${parts.length === 1 ? 'is' : 'are'} part of it, and ${parts.length === 1 ? 'pages' : 'page'} nobody while it does:</p>
<ul class="records">${parts.map(({ number, severity, title }) => html`<li>${severityBadge(severity)} ${incidentLink(number)} ${title}</li>`)}</ul>`
}
</section>`
}

function wholeLine(page: IncidentPage, { into, why }: MergedCause): Html {
  return html`<p>Part of ${incidentLink(into)}: ${mergedWords(why)}. It pages nobody while that does.</p>
${page.mayCommand && !page.byPageLink ? separateForm(page, into) : null}`
}

function separateForm(page: IncidentPage, whole: number): Html {
  return html`<details class="confirm" id="confirm-unmerge"><summary class="button">Separate</summary>
${form(
  page,
  'unmerge',
  html`<p>It pages by itself from then on, whatever becomes of ${incidentName(whole)}.</p>
<label class="field">Why <input name="reason" required maxlength="500" autocomplete="off"></label>
<button class="danger">Yes, separate it</button>`,
)}</details>`
}

/** Makes it part of another incident, or some of its alerts an incident of their own. */
export function mergeForms(page: IncidentPage): Html {
  const firing = page.records.alerts.filter(({ status }) => status === 'firing').length
  return html`${form(
    page,
    'merge',
    html`<label class="field">Part of <input name="into" required maxlength="40" placeholder="INC-12" autocomplete="off"></label>
<label class="field">Why <input name="reason" required maxlength="500" autocomplete="off"></label><button>Merge</button>
<p class="quiet">It keeps its number and all that happened, and pages nobody while the other one does.</p>`,
  )}
${firing < 2 ? null : splitForm(page)}`
}

function splitForm(page: IncidentPage): Html {
  return form(
    page,
    'split',
    html`<label class="field">Alerts with <input name="matchers" required maxlength="10000" placeholder="instance=&quot;db1&quot;" autocomplete="off"></label>
<label class="field">Why <input name="reason" required maxlength="500" autocomplete="off"></label><button>Split off</button>
<p class="quiet">They become an incident of their own, which pages by itself.</p>`,
  )
}
