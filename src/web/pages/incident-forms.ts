import { severities } from '../../domain/values/severity.ts'
import { html, type Html } from '../html.ts'
import { form } from './command-form.ts'
import { mergeForms } from './incident-parts.ts'
import type { IncidentPage } from './incident.ts'
import { severityWord } from './words.ts'

/** For how long people want to be left alone, as the command takes it and as they say it. */
const snoozes = [
  ['15m', '15 min'],
  ['30m', '30 min'],
  ['1h', '1 hour'],
  ['4h', '4 hours'],
  ['8h', '8 hours'],
  ['1d', '1 day'],
] as const

/** Commands that are given rarely. They are unfolded first, so that none is given by a slip of a finger. */
export function moreCommands(page: IncidentPage): Html {
  return html`<details class="confirm more" id="more-commands"><summary class="button">Snooze, hand over, severity, policy, merge</summary>
${snoozeForm(page)}
${handOverForm(page)}
${severityForm(page)}
${policyForm(page)}
${mergeForms(page)}
</details>`
}

function snoozeForm(page: IncidentPage): Html {
  const options = snoozes.map(([value, label]) => option(value, label, value === '1h'))
  return form(
    page,
    'snooze',
    html`<label class="field">Snooze for <select id="snooze-for" name="for">${options}</select></label><button>Snooze</button>
<p class="quiet">You have it; after that time it escalates again unless resolved.</p>`,
  )
}

function handOverForm(page: IncidentPage): Html | null {
  const { people, incident, person } = page
  const others = people.filter((one) => one !== incident.acknowledgedBy && one !== person)
  if (others.length === 0) return null
  const options = others.map((one) => option(one, one, false))
  return form(
    page,
    'hand-over',
    html`<label class="field">Hand over to <select id="hand-over-to" name="to">${options}</select></label><button>Hand over</button>
<p class="quiet">Pages them. They own it once they acknowledge.</p>`,
  )
}

function severityForm(page: IncidentPage): Html {
  const { severity } = page.incident
  const options = severities.map((one) => option(one, severityWord(one), one === severity))
  return form(
    page,
    'severity',
    html`<label class="field">Severity <select id="set-severity" name="severity">${options}</select></label><button>Set severity</button>
<p class="quiet">From then on alerts do not change it. A higher one pages by its policy.</p>`,
  )
}

/** Paging begins anew, which cannot be taken back: a step of its own. */
function policyForm(page: IncidentPage): Html {
  const options = page.policies.map((name) => option(name, name, false))
  return html`<details id="apply-policy"><summary class="button">Apply a policy</summary>
${form(
  page,
  'apply-policy',
  html`<label class="field">Policy <select id="policy" name="policy">${option('', 'by its route', true)}${options}</select></label>
<label class="tick"><input type="checkbox" name="keep" value="on"> go on where it stands</label>
<p class="quiet">The incident goes by the policy that it opened with until a person applies one as it is configured now. Unless it goes on where it stands, people are paged from its first step.</p>
<button class="danger">Yes, apply the policy</button>`,
)}</details>`
}

function option(value: string, label: string, chosen: boolean): Html {
  return html`<option value="${value}"${chosen ? html` selected` : null}>${label}</option>`
}
