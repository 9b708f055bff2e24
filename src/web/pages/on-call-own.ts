import type { Load } from '../../domain/on-call/fairness.ts'
import type { Span } from '../../domain/on-call/schedule.ts'
import { clockWords, instantText } from '../../domain/values/instant-text.ts'
import { formatDuration } from '../../domain/values/duration.ts'
import { html, type Html } from '../html.ts'
import { layout } from './layout.ts'
import { table } from './table.ts'

/** A shift of the reader. */
export interface OwnShift extends Span {
  /** The schedule's title. */
  readonly title: string
}

/** So that who is on call now stays on the first screen of a phone. */
const mostShown = 3

/** The reader's coming shifts in all schedules, and the way to have them in a calendar. */
export function ownShifts(shifts: readonly OwnShift[], timeZone: string, now: number): Html {
  const item = ({ from, to, title }: OwnShift) =>
    html`<li><span class="who"><strong>${title}</strong></span> <span>${from <= now ? 'now' : at(from, timeZone)} – ${at(to, timeZone)}</span> <span class="quiet">${formatDuration(to - from)}</span></li>`
  return html`<section class="card own-shifts" aria-labelledby="my-shifts"><h2 id="my-shifts">My shifts</h2>
${shifts.length === 0 ? html`<p>You have no shift in the next three months.</p>` : html`<ol class="shifts">${shifts.slice(0, mostShown).map(item)}</ol>`}
${shifts.length > mostShown ? html`<p class="quiet">${shifts.length - mostShown} more in the next three months.</p>` : null}
<p><a href="/on-call/calendar-address">Get a calendar address</a></p>
<p class="quiet">Times are those of ${timeZone}.</p></section>`
}

/** Asks before an address is made, which opens the calendars to whoever has it. */
export function askForAddressPage(person: string): Html {
  return layout({
    title: 'Your calendar',
    area: 'on-call',
    person,
    body: html`<h1>Your calendar</h1>
<p>A calendar program can show your shifts, by an address of your own. Whoever knows it can read the calendars, and nothing else.</p>
<form method="post" action="/on-call/calendar-address"><button class="primary">Get a calendar address</button></form>
<p><a href="/on-call">Back to on call</a></p>`,
  })
}

/** Shown once: the address opens the calendars to whoever has it. */
export function calendarAddressPage(person: string, url: string): Html {
  return layout({
    title: 'Your calendar',
    area: 'on-call',
    person,
    body: html`<h1>Your calendar</h1>
<p>Subscribe to this address in your calendar program. It is shown once; whoever knows it can read the calendars, and nothing else.</p>
<p><code class="address">${url}</code></p>
<p class="quiet">End it under <a href="/account">your account</a>.</p>
<p><a href="/on-call">Back to on call</a></p>`,
  })
}

/** Who carries how much in a year. */
export function fairnessTable(title: string, loads: readonly Load[]): Html {
  const all = loads.reduce((sum, { totalMs }) => sum + totalMs, 0)
  const hours = (ms: number) => Math.round(ms / 3_600_000)
  const hasHolidays = loads.some(({ holidays }) => holidays > 0)
  return html`<h3>The coming year, person by person</h3>
${table({
  caption: `Fairness of ${title}`,
  columns: ['Person', 'Hours', 'Share', 'Shifts', 'Nights', 'Weekends', ...(hasHolidays ? ['Holidays'] : [])],
  rows: loads.map((load) => [
    load.person,
    hours(load.totalMs),
    all === 0 ? '–' : `${Math.round((load.totalMs / all) * 100)} %`,
    load.shifts,
    load.nights,
    load.weekends,
    ...(hasHolidays ? [load.holidays] : []),
  ]),
})}
<p class="quiet">Nights are 22:00 to 06:00, weekends Saturday and Sunday, in the zone of each person; a part counts.</p>`
}

function at(instant: number, timeZone: string): Html {
  return html`<time datetime="${instantText(instant, timeZone)}">${clockWords(instant, timeZone)}</time>`
}
