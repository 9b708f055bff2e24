import type { Temporal } from 'temporal-polyfill'
import { clockWords, instantText } from '../../domain/values/instant-text.ts'
import type { ScheduleChange } from '../../domain/on-call/changes.ts'
import { holdsUntil } from '../../domain/on-call/changes.ts'
import type { Load } from '../../domain/on-call/fairness.ts'
import type { Handoff } from '../../domain/on-call/coverage.ts'
import type { Schedule, Span } from '../../domain/on-call/schedule.ts'
import type { OnCall, Segment } from '../../domain/on-call/segments.ts'
import { formatDuration } from '../../domain/values/duration.ts'
import { html, type Html } from '../html.ts'
import { layout } from './layout.ts'
import { fairnessTable, type OwnShift, ownShifts } from './on-call-own.ts'
import { overrideForm } from './on-call-form.ts'
import { monthAt, monthWords, shiftMonth } from './shift-month.ts'
import { colours, shiftStrip, swatch } from './shift-strip.ts'
import { counted, icon } from './words.ts'

export interface OnCallPage {
  readonly schedules: readonly ScheduleView[]
  readonly person: string
  readonly mayChange: boolean
  /** Of the command that a form of this page gives. */
  readonly commandId: string
  /** Users who can be paged. */
  readonly people: readonly string[]
  readonly now: number
  /** What the schedules are shown as. */
  readonly show: Shown
  /** The reader's coming shifts, and the zone that they read in. */
  readonly own: { readonly shifts: readonly OwnShift[]; readonly timeZone: string }
  readonly told?: string
}

/** The coming two weeks, a month, or how the coming year is shared. */
export type Shown =
  | { readonly kind: 'weeks' }
  | { readonly kind: 'month'; readonly month: Temporal.PlainYearMonth }
  | { readonly kind: 'fairness' }

/** One schedule, in the zone in which its reader reads. */
export interface ScheduleView {
  readonly schedule: Schedule
  readonly timeZone: string
  readonly onCall: OnCall
  readonly next: Handoff | undefined
  /** The coming two weeks, or the month that is shown. */
  readonly span: Span
  readonly segments: readonly Segment[]
  /** How those who are on call now are reached, such as `ana by webhook, then telegram`. */
  readonly reached: readonly string[]
  /** Where fairness is shown. */
  readonly loads: readonly Load[]
  /** Those that still have something to say. */
  readonly changes: readonly ScheduleChange[]
}

const told = new Map([
  ['override', 'The schedule is changed. Pages, previews and calendars go by it from now on.'],
  ['take', 'The shift is taken over.'],
  ['end', 'The change is ended. What was, stays.'],
])

const mostShown = 40

/** Who is on call now and in the next two weeks, and what people changed about it. */
export function onCallPage(page: OnCallPage): Html {
  const { schedules, person } = page
  const sentence = page.told === undefined ? undefined : told.get(page.told)
  return layout({
    title: 'On call',
    area: 'on-call',
    person,
    body: html`<h1>On call</h1>
${sentence === undefined ? null : html`<p class="told" role="status">${sentence}</p>`}
${schedules.length === 0 ? html`<p class="muted">No schedule is configured: policies page people by name.</p>` : html`${ownShifts(page.own.shifts, page.own.timeZone, page.now)}${views(page)}`}
${schedules.map((view) => section(view, page))}
<p class="quiet"><a href="/test-pages">Send a test page</a> to see that people can be reached.</p>`,
  })
}

function section(view: ScheduleView, page: OnCallPage): Html {
  const { schedule, timeZone } = view
  return html`<section class="schedule card" id="schedule-${schedule.name}">
<h2>${schedule.title}</h2>
${standing(view)}
${shown(view, page)}
<p class="quiet">Times are those of ${timeZone}.</p>
${changes(view, page)}
${page.mayChange ? overrideForm(view, page) : html`<p class="quiet">You can read here; changes need the role responder.</p>`}
</section>`
}

/** Ways to look at the schedules; each has an address. */
function views({ show, now, own }: OnCallPage): Html {
  const current = show.kind === 'month' ? show.month : monthAt(now, own.timeZone)
  const [before, after] = [current.subtract({ months: 1 }), current.add({ months: 1 })]
  const link = (href: string, label: string, isShown: boolean) =>
    html`<a href="${href}"${isShown ? html` aria-current="page"` : null}>${label}</a>`
  const month = (of: Temporal.PlainYearMonth) => `/on-call?month=${of.toString()}`
  return html`<nav class="row views" aria-label="Views of the schedules">${link('/on-call', 'Two weeks', show.kind === 'weeks')}
${show.kind === 'month' ? link(month(before), `← ${monthWords(before)}`, false) : null}
${link(month(current), monthWords(current), show.kind === 'month')}
${show.kind === 'month' ? link(month(after), `${monthWords(after)} →`, false) : null}
${link('/on-call?fairness=year', 'Fairness', show.kind === 'fairness')}</nav>`
}

function shown(view: ScheduleView, page: OnCallPage): Html {
  const { schedule, timeZone, segments, span, loads } = view
  const { show, now } = page
  if (show.kind === 'fairness') return fairnessTable(schedule.title, loads)
  const colour = colours(segments)
  const gaps = segments.filter(({ people }) => people.length === 0)
  const warning =
    gaps.length === 0
      ? null
      : html`<p class="gap"><strong>${icon('▲')} ${counted(gaps.length, 'gap')}: nobody is on call for ${formatDuration(total(gaps))}.</strong></p>`
  if (show.kind === 'month')
    return html`<h3>${monthWords(show.month)}</h3>${warning}${shiftMonth(show.month, segments, timeZone, colour, now)}`
  return html`${shiftStrip(segments, span, timeZone, colour)}
<h3>The next two weeks</h3>
${warning}
<ol class="shifts">${segments.slice(0, mostShown).map((one) => shift(one, view, colour))}</ol>
${segments.length > mostShown ? html`<p class="quiet">${segments.length - mostShown} more; <code>firewatch oncall preview ${schedule.name}</code> shows all.</p>` : null}`
}

function standing({ onCall: { people, reason }, next, timeZone, reached }: ScheduleView): Html {
  const until = next === undefined ? null : html` until ${at(next.at, timeZone)}, then ${names(next.after)}`
  return people.length === 0
    ? html`<p class="now-on-call gap"><strong>${icon('▲')} Nobody is on call</strong>${until}.</p>`
    : html`<p class="now-on-call"><strong>${names(people)}</strong>${until}.</p><p class="quiet">Reached: ${reached.join('; ')}. On call by ${reason}.</p>`
}

function shift(segment: Segment, { timeZone }: ScheduleView, colour: Colour): Html {
  const { from, to, people } = segment
  const isGap = people.length === 0
  return html`<li${isGap ? html` class="gap"` : null}><span class="who">${swatch(colour(people))} <strong>${isGap ? html`${icon('▲')} nobody` : names(people)}</strong></span>
<span>${at(from, timeZone)} – ${at(to, timeZone)}</span> <span class="quiet">${formatDuration(to - from)}</span></li>`
}

type Colour = ReturnType<typeof colours>

function changes({ changes: made, schedule, timeZone }: ScheduleView, page: OnCallPage): Html | null {
  if (made.length === 0) return null
  return html`<h3>Changed by people</h3><ul class="records">${made.map(
    (
      change,
    ) => html`<li><p>${deed(change)}, ${at(change.from, timeZone)} – ${at(holdsUntil(change), timeZone)}.</p>
<p class="quiet">${change.id}, by ${change.madeBy} on ${at(change.madeAt, timeZone)}${change.reason === '' ? null : html`: ${change.reason}`}</p>
${page.mayChange ? html`<div class="row">${isOffer(change) ? button(schedule, `swaps/${change.id}/take`, 'Take this shift', page) : null}${button(schedule, `changes/${change.id}/end`, 'End this change', page)}</div>` : null}</li>`,
  )}</ul>`
}

function deed(change: ScheduleChange): Html {
  switch (change.kind) {
    case 'override':
      if (change.removed === null) return html`<strong>${change.added}</strong> is on call too`
      if (change.added === null) return html`<strong>${change.removed}</strong> is not on call`
      return html`<strong>${change.added}</strong> instead of <strong>${change.removed}</strong>`
    case 'temporary':
      return html`A temporary schedule with ${counted(change.shifts.length, 'shift')}`
    case 'swap':
      return change.taker === null
        ? html`<strong>${change.owner}</strong> offers their shift`
        : html`<strong>${change.taker}</strong> took the shift of <strong>${change.owner}</strong>`
  }
}

function isOffer(change: ScheduleChange): boolean {
  return change.kind === 'swap' && change.taker === null
}

function button({ name }: Schedule, path: string, label: string, { commandId }: OnCallPage): Html {
  return html`<form method="post" action="/on-call/${encodeURIComponent(name)}/${path}"><input type="hidden" name="commandId" value="${commandId}"><button>${label}</button></form>`
}

function names(people: readonly string[]): string {
  return people.length === 0 ? 'nobody' : people.join(' and ')
}

function at(instant: number, timeZone: string): Html {
  return html`<time datetime="${instantText(instant, timeZone)}">${clockWords(instant, timeZone)}</time>`
}

function total(spans: readonly Span[]): number {
  return spans.reduce((sum, { from, to }) => sum + to - from, 0)
}
