import { instantText } from '../../domain/values/instant-text.ts'
import { html, type Html } from '../html.ts'
import type { OnCallPage, ScheduleView } from './on-call.ts'

/** Puts somebody on call for a while, takes somebody off, or both. Times are on the clock that the page shows. */
export function overrideForm(
  { schedule, timeZone, onCall }: ScheduleView,
  { people, commandId, now }: OnCallPage,
): Html {
  const id = (field: string) => `${field}-${schedule.name}`
  const known = [...new Set([...onCall.people, ...people])]
  return html`<details class="fold"><summary class="button">Change it for a while</summary>
<form class="fields" method="post" action="/on-call/${encodeURIComponent(schedule.name)}/overrides">
<input type="hidden" name="commandId" value="${commandId}">
<label class="field" for="${id('from')}">From <input id="${id('from')}" type="datetime-local" name="from" value="${local(now, timeZone)}"></label>
<label class="field" for="${id('to')}">To <input id="${id('to')}" type="datetime-local" name="to" required></label>
<label class="field" for="${id('add')}">On call then <select id="${id('add')}" name="add">${options('nobody more', people)}</select></label>
<label class="field" for="${id('remove')}">Instead of <select id="${id('remove')}" name="remove">${options('nobody: as well', known)}</select></label>
<label class="field" for="${id('reason')}">Why <input id="${id('reason')}" name="reason" maxlength="500" autocomplete="off"></label>
<button class="primary">Change</button>
</form>
<p class="quiet">Times are those of ${timeZone}. A replacement does nothing while the one to be replaced is not on call.</p></details>`
}

function options(none: string, people: readonly string[]): Html {
  return html`<option value="">${none}</option>${people.map((person) => html`<option value="${person}">${person}</option>`)}`
}

function local(instant: number, timeZone: string): string {
  return instantText(instant, timeZone).slice(0, 16)
}
