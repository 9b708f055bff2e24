import type { CurrentAlert } from '../../domain/alert/current-alert.ts'
import { alertTitle } from '../../domain/alert/alert-title.ts'
import { integrationOf } from '../../domain/alert/alert.ts'
import { leftOutOf, leftOutWords } from '../../domain/alert/left-out.ts'
import { formatMatcher } from '../../domain/alert/matcher-text.ts'
import { cutText, oneLine } from '../../domain/page/delivery.ts'
import { html, type Html } from '../html.ts'
import { layout } from './layout.ts'
import { counted, icon, instant, since } from './words.ts'

export interface AlertsPage {
  /** Those that are shown. */
  readonly alerts: readonly CurrentAlert[]
  /** How many there are. */
  readonly total: number
  readonly filter: string
  readonly problem?: string
  readonly person: string
  readonly now: string
}

const longestShown = 200
const longestLabel = 80
const mostLabels = 12

/** All that fires now, whatever incident it is in: also what is silenced, inhibited, or pages nobody. */
export function alertsPage({ alerts, total, filter, problem, person, now }: AlertsPage): Html {
  return layout({
    title: 'Alerts',
    area: 'incidents',
    person,
    body: html`<h1>Alerts</h1>
<form class="fields" method="get" action="/alerts" role="search" aria-label="Alerts"><label class="field">Matchers <input type="search" name="filter" value="${filter}" placeholder='service="feed", severity=~"critical|page"' maxlength="2000" autocomplete="off" autocapitalize="off" spellcheck="false"></label><div class="buttons"><button>Show</button></div></form>
${problem === undefined ? null : html`<p class="told" role="status">${problem}</p>`}
${total === 0 ? html`<p class="calm">${icon('✓')} ${filter === '' ? 'Nothing fires.' : 'Nothing that fires matches.'}</p>` : html`<p class="lead">${shownWords(alerts, total)}</p><ul class="cards">${alerts.map((one) => card(one, now))}</ul>`}
<p class="quiet"><a href="/incidents">Incidents</a> · <a href="/silences">Silences</a></p>`,
  })
}

function shownWords(shown: AlertsPage['alerts'], total: number): string {
  const firing = counted(total, 'alert')
  const leftOut = leftOutOf(shown)
  const beside = leftOut === undefined ? '' : ` And ${leftOutWords(leftOut)}: ${leftOut.remedy}.`
  const words =
    shown.length === total ? `${firing}, the newest first.` : `The newest ${shown.length} of ${firing}.`
  return `${words}${beside}`
}

function card(alert: CurrentAlert, now: string): Html {
  const { labels, startsAt, source, routes } = alert
  const names = Object.entries(labels).slice(0, mostLabels)
  const more = Object.keys(labels).length - names.length
  const summary = oneLine(alert.annotations['summary'] ?? alert.annotations['description'] ?? '')
  const title = alertTitle(alert)
  return html`<li class="card"><h2>${cutText(title, longestShown)}</h2>
<p>Firing for ${since(startsAt, now)}, since ${instant(startsAt)}. ${suppressedWords(alert)}</p>
${summary === '' || summary === title ? null : html`<p>${cutText(summary, longestShown)}</p>`}
<p class="quiet">${names.map(([name, value]) => html`<code>${cutText(formatMatcher({ name, operator: '=', value }), longestLabel)}</code> `)}${more > 0 ? `and ${more} more labels` : null}</p>
<p class="quiet">From ${integrationOf(source) ?? source}, to ${routes.map(({ receiver }) => receiver).join(', ')}.</p></li>`
}

function suppressedWords({ silencedBy, inhibitedBy }: CurrentAlert): Html | null {
  if (silencedBy.length > 0)
    return html`<strong>Silenced</strong> by ${silencedBy.map((id) => html`<code>${id.slice(0, 8)}</code> `)}`
  return inhibitedBy.length > 0
    ? html`<strong>Inhibited</strong> by ${counted(inhibitedBy.length, 'alert')}.`
    : null
}
