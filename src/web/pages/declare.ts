import { holdSentence } from '../../domain/escalate/hold.ts'
import type { PagingPreview } from '../../domain/escalate/preview.ts'
import { formatDuration } from '../../domain/values/duration.ts'
import { html, type Html } from '../html.ts'
import { layout } from './layout.ts'
import { severityBadge } from './words.ts'

export interface DeclarePage {
  /** As written so far; empty before that. */
  readonly title: string
  readonly service: string
  readonly severity: string
  readonly services: readonly string[]
  /** Who would be paged now, for each severity. */
  readonly previews: readonly PagingPreview[]
  readonly person: string
  /** Of the declaration that is sent from this page: sent twice, it is one. */
  readonly commandId: string
}

/**
 * The form that opens an incident in a person's words. Beside each severity stands who is paged, before anything is sent. The script asks anew
 * when the service changes; without it a button does.
 */
export function declarePage(page: DeclarePage): Html {
  const { title, services, person, commandId } = page
  return layout({
    title: 'Declare an incident',
    area: 'incidents',
    person,
    body: html`<h1>Declare an incident</h1>
<form class="declare" method="post" action="/incidents" data-preview="/declare">
<input type="hidden" name="commandId" value="${commandId}">
<label class="field">What is wrong <input name="title" value="${title}" required maxlength="300" autocomplete="off" placeholder="Nobody can pay with a card"></label>
<label class="field">Service <select name="service">${option('', 'not known', page)}${services.map((one) => option(one, one, page))}</select></label>
<noscript><button formmethod="get" formaction="/declare" formnovalidate>Show who is paged</button></noscript>
<fieldset class="choices" id="previews" data-part><legend>How bad it is, and who is paged</legend>
${page.previews.map((preview) => choice(preview, page))}
</fieldset>
<div class="buttons"><button class="primary">Declare and page</button> <a class="button" href="/incidents">Back</a></div>
</form>
<p class="quiet">It opens as an incident of its own and stays open until somebody resolves it.</p>`,
  })
}

function option(value: string, label: string, { service }: DeclarePage): Html {
  return html`<option value="${value}"${value === service ? html` selected` : null}>${label}</option>`
}

function choice(preview: PagingPreview, { severity: chosen }: DeclarePage): Html {
  const { severity, policy } = preview
  return html`<label class="choice"><input type="radio" name="severity" value="${severity}"${severity === chosen ? html` checked` : null}>
<span>${severityBadge(severity)} ${previewWords(preview)} <span class="quiet">Policy ${policy}</span></span></label>`
}

/** `Pages ana now, then ben in 5 min and carol in 10 min unless somebody acknowledges.` */
function previewWords({ held, steps }: PagingPreview): Html {
  const [first, ...others] = steps
  if (first === undefined) return html`<strong>Pages nobody.</strong>`
  const when = first.inMs === 0 ? 'now' : `in ${formatDuration(first.inMs)}`
  const then = others.map(({ people, inMs }) => `${people.join(', ')} in ${formatDuration(inMs)}`)
  const rest = then.length === 0 ? '.' : `, then ${then.join(' and ')} unless somebody acknowledges.`
  return html`Pages <strong>${first.people.join(', ')}</strong> ${when}${held === null ? null : html` (${holdSentence(held)})`}${rest}`
}
