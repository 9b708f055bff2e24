import type {
  ListedMaintenance,
  MaintenanceAnswer,
  MaintenanceRequest,
} from '../../domain/escalate/maintenance.ts'
import { formatDuration } from '../../domain/values/duration.ts'
import { html, type Html } from '../html.ts'
import { layout } from './layout.ts'
import { icon, instant } from './words.ts'

export interface MaintenancePage {
  readonly windows: readonly ListedMaintenance[]
  readonly services: readonly string[]
  readonly person: string
  readonly mayAnnounce: boolean
  /** Of what this page's form begins: sent twice, it is begun once. */
  readonly commandId: string
  /** Epoch milliseconds. */
  readonly now: number
  readonly told?: string
  /** What was asked for, and what it would hold back. */
  readonly asked?: MaintenanceRequest
  readonly preview?: MaintenanceAnswer
}

const told = new Map([
  ['begun', 'Announced. Nobody is paged about the service until it ends.'],
  ['ended', 'Ended. What is still wrong is paged now.'],
  ['over', 'It was over before: nothing has changed.'],
])

/** What is in maintenance and will be, and the way to announce more or to end it. */
export function maintenancePage(page: MaintenancePage): Html {
  const { windows, person, mayAnnounce } = page
  const sentence = page.told === undefined ? undefined : told.get(page.told)
  return layout({
    title: 'Maintenance',
    area: 'maintenance',
    person,
    body: html`<h1>Maintenance</h1>
${sentence === undefined ? null : html`<p class="told" role="status">${sentence}</p>`}
${windows.length === 0 ? html`<p class="calm">${icon('✓')} Nothing is in maintenance, and nothing is announced.</p>` : html`<ul class="cards">${windows.map((one) => card(one, page))}</ul>`}
${mayAnnounce ? form(page) : html`<p class="quiet">You can read here; announcing maintenance needs the role responder.</p>`}`,
  })
}

function card(
  { id, service, from, to, reason, madeBy }: ListedMaintenance,
  { mayAnnounce, now }: MaintenancePage,
): Html {
  const at = (when: number) => instant(new Date(when).toISOString())
  const span =
    from <= now
      ? html`Until ${at(to)}, for ${formatDuration(to - now)} more.`
      : html`From ${at(from)}, in ${formatDuration(from - now)}, until ${at(to)}.`
  return html`<li class="card"><h2>${icon(from <= now ? '■' : '·')} ${service}${from <= now ? null : ' (announced)'}</h2>
<p>${span} ${madeBy === null ? 'From the configuration.' : html`By <strong>${madeBy}</strong>.`}</p>
<p class="quiet">${reason}</p>
${mayAnnounce && id !== null ? html`<form method="post" action="/maintenance/${id}/end"><button>End it now</button></form>` : null}</li>`
}

function form({ services, asked, preview, commandId }: MaintenancePage): Html {
  const option = (name: string) =>
    name === asked?.service ? html`<option selected>${name}</option>` : html`<option>${name}</option>`
  const confirmed = preview?.kind === 'done'
  return html`<section class="card"><h2>Announce maintenance</h2>
<p class="quiet">Nobody is paged about the service until it ends. What is still wrong then is paged. Checks and automation go on.</p>
${preview === undefined ? null : html`<p class="told" role="status">${preview.message}</p>`}
<form class="fields" method="post" action="/maintenance/preview"><input type="hidden" name="commandId" value="${commandId}">
<label class="field">Service <select name="service">${services.map(option)}</select></label>
<label class="field">How long <input name="for" required maxlength="20" placeholder="2h" autocomplete="off" value="${asked?.for ?? '1h'}"></label>
<label class="field">Why <input name="reason" required maxlength="500" autocomplete="off" value="${asked?.reason ?? ''}"></label>
<div class="buttons"><button>${preview === undefined ? 'See what it holds back' : 'See again'}</button>
${confirmed ? html`<button class="primary" formaction="/maintenance">Begin it</button>` : null}</div>
</form></section>`
}
