import type { Labels } from '../../domain/alert/alert.ts'
import { formatMatcher } from '../../domain/alert/matcher-text.ts'
import { matchersText, type Silence, silenceState } from '../../domain/alert/silence.ts'
import type { SilenceAnswer, SilenceRequest } from '../../domain/alert/silence-request.ts'
import { formatDuration } from '../../domain/values/duration.ts'
import { html, type Html } from '../html.ts'
import { layout } from './layout.ts'
import { icon, instant } from './words.ts'

export interface SilencesPage {
  readonly silences: readonly Silence[]
  readonly withExpired: boolean
  readonly person: string
  readonly maySilence: boolean
  /** Of the silence that this page's form adds: sent twice, it is added once. */
  readonly commandId: string
  /** Epoch milliseconds. */
  readonly now: number
  readonly told?: string
  /** What is filled in, and what it would silence. */
  readonly asked?: SilenceRequest
  readonly preview?: SilenceAnswer
}

const told = new Map([
  ['added', 'Added. Nobody is paged about alerts that match until it ends.'],
  ['expired', 'Expired. What still fires pages again.'],
  ['over', 'It had expired before: nothing has changed.'],
])

/** What is silenced and will be, and the way to add a silence or to expire one. */
export function silencesPage(page: SilencesPage): Html {
  const { silences, person, maySilence, withExpired } = page
  const sentence = page.told === undefined ? undefined : told.get(page.told)
  return layout({
    title: 'Silences',
    area: 'silences',
    person,
    body: html`<h1>Silences</h1>
${sentence === undefined ? null : html`<p class="told" role="status">${sentence}</p>`}
${page.asked === undefined ? null : addSection(page)}
${silences.length === 0 ? html`<p class="calm">${icon('✓')} Nothing is silenced.</p>` : html`<ul class="cards">${silences.map((one) => card(one, page))}</ul>`}
${page.asked === undefined ? addSection(page) : null}
${maySilence ? null : html`<p class="quiet">You can read here; silencing needs the role responder.</p>`}
<p class="quiet"><a href="/alerts">Alerts that fire now</a></p>
<p>${withExpired ? html`<a href="/silences">Without expired ones</a>` : html`<a href="/silences?expired=1">Show expired ones</a>`}</p>`,
  })
}

const stateIcons = { active: '■', pending: '·', expired: '✓' } as const

function card(silence: Silence, { maySilence, now }: SilencesPage): Html {
  const { id, matchers, createdBy, comment } = silence
  const state = silenceState(silence, now)
  return html`<li class="card"><h2>${icon(stateIcons[state])} <code>${matchersText(matchers)}</code>${state === 'active' ? null : ` (${state})`}</h2>
<p>${spanOf(silence, now)} By <strong>${createdBy}</strong>.</p>
<p class="quiet">${comment}</p>
<p class="quiet"><code>${id}</code></p>
${maySilence && state !== 'expired' ? html`<form method="post" action="/silences/${encodeURIComponent(id)}/expire"><button>Expire it now</button></form>` : null}</li>`
}

function spanOf(silence: Silence, now: number): Html {
  const { startsAt, endsAt } = silence
  const at = (when: number) => instant(new Date(when).toISOString())
  switch (silenceState(silence, now)) {
    case 'active':
      return html`Until ${at(endsAt)}, for ${formatDuration(endsAt - now)} more.`
    case 'pending':
      return html`From ${at(startsAt)}, in ${formatDuration(startsAt - now)}, until ${at(endsAt)}.`
    case 'expired':
      return html`From ${at(startsAt)} until ${at(endsAt)}.`
  }
}

function addSection({ maySilence, asked, preview, commandId }: SilencesPage): Html | null {
  if (!maySilence) return null
  const confirmed = preview?.kind === 'done'
  return html`<section class="card"><h2>Add a silence</h2>
<p class="quiet">Nobody is paged about alerts that all matchers match until it ends. Incidents, checks and automation go on.</p>
${preview === undefined ? null : html`<p class="told" role="status">${preview.message}</p>`}
<form class="fields" method="post" action="/silences/preview"><input type="hidden" name="commandId" value="${commandId}">
<label class="field">Matchers <textarea name="matchers" rows="3" required maxlength="12000" spellcheck="false" autocapitalize="off" placeholder='service="feed", os=~"ios|android"'>
${asked?.matchers.join(', ') ?? ''}</textarea></label>
<label class="field">How long <input name="for" required maxlength="20" placeholder="2h" autocomplete="off" value="${asked?.for ?? '2h'}"></label>
<label class="field">Why <input name="reason" required maxlength="500" autocomplete="off" value="${asked?.reason ?? ''}"></label>
<div class="buttons"><button>${preview === undefined ? 'See what it silences' : 'See again'}</button>
${confirmed ? html`<button class="primary" formaction="/silences">Silence it</button>` : null}</div>
</form></section>`
}

/** What an address carries at most; a silence of fewer labels matches more, which its preview shows. */
const longestFilledIn = 3_000

/** Where the form is filled in with what matches exactly these labels. */
export function silenceAddress(labels: Labels): string {
  let matchers = ''
  for (const [name, value] of Object.entries(labels)) {
    const longer = `${matchers}${matchers === '' ? '' : ', '}${formatMatcher({ name, operator: '=', value })}`
    if (encodeURIComponent(longer.toWellFormed()).length <= longestFilledIn) matchers = longer.toWellFormed()
  }
  return `/silences?matchers=${encodeURIComponent(matchers)}`
}
