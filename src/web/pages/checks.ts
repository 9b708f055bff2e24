import { missingWords, type WaitingCheck } from '../../domain/check/first-data.ts'
import type { CheckMute } from '../../domain/check/mutes.ts'
import type { CheckStanding, VerdictState } from '../../domain/check/verdict.ts'
import type { CheckReading, CheckSeries } from '../dependencies.ts'
import { html, type Html } from '../html.ts'
import { seriesBoard, stateOf, verdictStates } from './check-series.ts'
import { firesWhen } from './check-words.ts'
import { layout } from './layout.ts'
import { icon, instant, verdictBadge } from './words.ts'

export interface ChecksPage {
  readonly readings: readonly CheckReading[]
  /** Of the newest bucket of each check that ran. */
  readonly standings: readonly CheckStanding[]
  readonly mutes: readonly CheckMute[]
  readonly waiting: readonly WaitingCheck[]
  readonly person: string
  readonly now: string
}

/** What is said of checks beside their verdicts. */
type CheckNotes = Pick<ChecksPage, 'mutes' | 'waiting'>

type Counts = Readonly<Record<VerdictState, number>>

/** How every check judged last: the total, what fires and what nobody knows, then all checks. */
export function checksPage(page: ChecksPage): Html {
  const { readings, person, now } = page
  const series = readings.flatMap(({ check, series: some }) => some.map((one) => ({ ...one, check })))
  const trouble = series.filter((one) => stateOf(one) !== 'ok')
  const checks = readings.map((reading) => ({ reading, counts: standingOf(reading, page.standings) }))
  const total = sum(checks.map(({ counts }) => counts))
  const more = total.firing + total.unknown - trouble.length
  return layout({
    title: total.firing === 0 ? 'Checks' : `${total.firing} firing · Checks`,
    area: 'checks',
    person,
    body: html`<h1>Checks</h1>
${readings.length === 0 ? html`<p class="empty">No check is configured. <code>docs/configuration.md</code> tells how to write one.</p>` : html`<p class="lead">${totalWords(total)}</p>`}
${readings.length > 0 && total.firing + total.unknown === 0 && total.ok > 0 ? html`<p class="calm">${icon('✓')} Every series is ok.</p>` : null}
${trouble.length === 0 ? null : seriesBoard('Series that fire or are unknown', trouble, now)}
${more > 0 ? html`<p class="quiet">${more} more on the pages of their checks.</p>` : null}
${readings.length === 0 ? null : html`<h2>All checks</h2>${checkBoard(checks, page)}`}
<p class="quiet"><a href="/heartbeats">Heartbeats</a>: jobs that say that they are alive.</p>`,
  })
}

interface CountedCheck {
  readonly reading: CheckReading
  readonly counts: Counts
}

const columns = ['State', 'Check', 'Service', 'Series', 'Fires', 'Newest bucket'] as const

/** Those with the most firing series first. */
function checkBoard(checks: readonly CountedCheck[], notes: CheckNotes): Html {
  const sorted = checks.toSorted(
    ({ counts: a }, { counts: b }) => b.firing - a.firing || b.unknown - a.unknown,
  )
  return html`<table class="board checks" role="table"><caption class="aloud">All checks, those that fire first</caption>
<thead role="rowgroup"><tr role="row">${columns.map((column) => html`<th scope="col" role="columnheader">${column}</th>`)}</tr></thead>
<tbody role="rowgroup">${sorted.map((one) => checkRow(one, notes))}</tbody></table>`
}

function checkRow({ reading, counts }: CountedCheck, { mutes, waiting }: CheckNotes): Html {
  const { check, series } = reading
  const state = verdictStates.find((one) => counts[one] > 0)
  const muted = mutes.find((one) => one.check === check.name)
  const waits = waiting.find((one) => one.check === check.name)
  const newest = series[0]?.verdicts.at(-1)?.bucketAt
  return html`<tr id="check-${check.name}" role="row" class="is-${state ?? 'idle'}"><td role="cell">${state === undefined ? html`<span class="badge">not run</span>` : verdictBadge(state)}</td>
<th role="rowheader" scope="row"><a href="/checks/${encodeURIComponent(check.name)}">${check.name}</a></th>
<td role="cell">${check.service}</td>
<td role="cell">${state === undefined ? 'it has not run yet' : totalWords(counts)}${waits === undefined ? null : waitingText(waits)}${muted === undefined ? null : mutedText(muted)}</td>
<td role="cell"><span class="narrow">fires </span>${firesWhen(check)}</td>
<td role="cell">${newest === undefined ? '–' : html`<span class="narrow">newest bucket </span>${instant(newest)}`}</td></tr>`
}

export function waitingText({ reason, tables, since, until, isOverdue }: WaitingCheck): Html {
  const what = missingWords(reason, tables)
  return isOverdue
    ? html`<p class="muted">It never had any data: ${what}. Looked for since ${instant(since)}; people were told.</p>`
    : html`<p class="muted">Waiting for its first data: ${what}. Nobody is paged for that before ${instant(until)}.</p>`
}

export function mutedText({ series, until }: CheckMute): Html {
  return html`<p class="muted">Muted until ${instant(until)}: ${series} series ${series === 1 ? 'fires' : 'fire'} again within the cooldown. An open incident hears no more of it until then.</p>`
}

/** `42 series: 2 firing, 1 unknown, 39 ok`. */
export function totalWords(counts: Counts): string {
  return `${counts.firing + counts.unknown + counts.ok} series: ${verdictStates.map((state) => `${counts[state]} ${state}`).join(', ')}`
}

export function countsOf(series: readonly CheckSeries[]): Counts {
  const count = (state: VerdictState) => series.filter((one) => stateOf(one) === state).length
  return { firing: count('firing'), unknown: count('unknown'), ok: count('ok') }
}

/** Of all its series; where nothing is stored about them, of those that were read. */
function standingOf({ check, series }: CheckReading, standings: readonly CheckStanding[]): Counts {
  const standing = standings.find((one) => one.check === check.name)
  if (standing === undefined) return countsOf(series)
  // Counts come from the store as text where they may be large.
  const { firing, unknown, ok } = standing
  return { firing: Number(firing), unknown: Number(unknown), ok: Number(ok) }
}

function sum(counts: readonly Counts[]): Counts {
  const of = (state: VerdictState) => counts.reduce((total, one) => total + one[state], 0)
  return { firing: of('firing'), unknown: of('unknown'), ok: of('ok') }
}
