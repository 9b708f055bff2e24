import { everything, type GuardSwitch, scopeWords, writeScope } from '../../domain/remediate/kill-switch.ts'
import { html, type Html } from '../html.ts'
import { layout } from './layout.ts'
import { icon, instant, since } from './words.ts'

export interface AutomationPage {
  readonly switches: readonly GuardSwitch[]
  /** What can be stopped beside incidents. */
  readonly names: Readonly<Record<'service' | 'action' | 'target', readonly string[]>>
  readonly person: string
  readonly maySwitch: boolean
  readonly now: string
  readonly told?: string
}

const told = new Map([
  [
    'stop',
    'Automation is stopped there until somebody lifts it. An attempt that runs is finished and verified.',
  ],
  ['stop-again', 'It was stopped before: nothing has changed.'],
  ['resume', 'Automation may work again there.'],
  ['resume-again', 'It was not stopped: nothing has changed.'],
])

/** The kill switches: what is stopped, by whom, since when and why, and the way to stop more or to lift it. */
export function automationPage(page: AutomationPage): Html {
  const { switches, person, maySwitch } = page
  const sentence = page.told === undefined ? undefined : told.get(page.told)
  return layout({
    title: 'Automation',
    area: 'automation',
    person,
    body: html`<h1>Automation</h1>
${sentence === undefined ? null : html`<p class="told" role="status">${sentence}</p>`}
${switches.length === 0 ? html`<p class="calm">${icon('✓')} Nothing is stopped: automation tries what runbooks allow.</p>` : html`<ul class="cards">${switches.map((one) => card(one, page))}</ul>`}
${maySwitch ? stopForm(page) : html`<p class="quiet">You can read here; stopping automation needs the role responder.</p>`}`,
  })
}

function card(
  { scope, stoppedBy, stoppedAt, reason }: GuardSwitch,
  { maySwitch, now }: AutomationPage,
): Html {
  return html`<li class="card"><h2>${icon('■')} Stopped for ${scopeWords(scope)}</h2>
<p>By <strong>${stoppedBy}</strong>, for ${since(stoppedAt, now)}, since ${instant(stoppedAt)}.</p>
<p class="quiet">${reason}</p>
${maySwitch ? html`<form method="post" action="/automation/resume"><input type="hidden" name="what" value="${writeScope(scope)}"><button>Let it work again</button></form>` : null}</li>`
}

function stopForm({ names }: AutomationPage): Html {
  const group = (label: string, kind: keyof AutomationPage['names']) =>
    names[kind].length === 0
      ? null
      : html`<optgroup label="${label}">${names[kind].map((name) => html`<option value="${writeScope({ kind, name })}">${name}</option>`)}</optgroup>`
  return html`<section class="card"><h2>Stop automation</h2>
<p class="quiet">No new remediation attempt begins there until somebody lifts it. Paging goes on as ever.</p>
<form class="fields" method="post" action="/automation/stop">
<label class="field">For <select name="what"><option value="${writeScope(everything)}">everything</option>${group('A service', 'service')}${group('An action', 'action')}${group('A target', 'target')}</select></label>
<label class="field">Why <input name="reason" required maxlength="500" autocomplete="off"></label>
<button class="danger">Stop it</button>
</form></section>`
}

/** Of the switches that stop automation in one incident: said where people look for what automation does. */
export function switchLine({ scope, stoppedBy, stoppedAt, reason }: GuardSwitch, now: string): Html {
  return html`<p>${icon('■')} ${stoppedBy} stopped automation for ${scopeWords(scope)} ${since(stoppedAt, now)} ago: ${reason}. No new attempt begins until <a href="/automation">somebody lifts it</a>.</p>`
}
