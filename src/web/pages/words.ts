import { formatDuration } from '../../domain/values/duration.ts'
import { incidentName } from '../../domain/investigate/evidence.ts'
import type { IncidentState } from '../../domain/incident/incident.ts'
import type { Severity } from '../../domain/values/severity.ts'
import type { VerdictState } from '../../domain/check/verdict.ts'
import { stampWords, timeWords } from '../../domain/values/zoned-words.ts'
import { html, type Html } from '../html.ts'
import { readerZone } from '../reader-zone.ts'

const severityWords: Readonly<Record<Severity, readonly [string, string]>> = {
  P0: ['▲▲', 'all hands'],
  P1: ['▲', 'critical'],
  P2: ['◆', 'warning'],
  P3: ['●', 'information'],
}

/** Severity as icon, word and colour: never colour alone. */
export function severityBadge(severity: Severity): Html {
  const [sign, word] = severityWords[severity]
  return html`<span class="badge ${severity}">${icon(sign)} ${severity} ${word}</span>`
}

/** Severity where room is short: the sign and the name are seen, the word is read out. */
export function severityMark(severity: Severity): Html {
  const [sign, word] = severityWords[severity]
  return html`<span class="badge ${severity}">${icon(sign)} ${severity}<span class="aloud"> ${word}</span></span>`
}

export function severityWord(severity: Severity): string {
  return `${severity} ${severityWords[severity][1]}`
}

const stateSigns: Readonly<Record<IncidentState, string>> = { open: '●', monitoring: '◐', resolved: '✓' }

export function stateSign(state: IncidentState): string {
  return stateSigns[state]
}

export function stateBadge(state: IncidentState): Html {
  return html`<span class="badge ${state}">${icon(stateSigns[state])} ${state}</span>`
}

const verdictSigns: Readonly<Record<VerdictState, string>> = { ok: '✓', firing: '▲', unknown: '?' }

export function verdictBadge(state: VerdictState): Html {
  return html`<span class="badge ${state}">${icon(verdictSigns[state])} ${state}</span>`
}

export function icon(sign: string): Html {
  return html`<span aria-hidden="true">${sign}</span>`
}

export function incidentLink(number: number): Html {
  const name = incidentName(number)
  return html`<a href="/incidents/${name}">${name}</a>`
}

/** An instant for people and machines, to the second, on the reader's clock. */
export function instant(at: string): Html {
  return html`<time datetime="${at}">${stampWords(Date.parse(at), readerZone(), 'second')}</time>`
}

/** The time of the day alone, where the day goes without saying. */
export function clock(at: string): Html {
  return html`<time datetime="${at}">${timeWords(Date.parse(at), readerZone(), 'second')}</time>`
}

export function elapsed(from: string, to: string): string {
  return formatDuration(Date.parse(to) - Date.parse(from))
}

/** Time since an instant. The script lets it run on. */
export function since(from: string, now: string): Html {
  return html`<span data-since="${from}">${elapsed(from, now)}</span>`
}

/** Time until an instant. The script lets it run down. */
export function until(at: string, now: string): Html {
  const left = Math.max(0, Date.parse(at) - Date.parse(now))
  return html`<span data-until="${at}">${left === 0 ? 'a moment' : formatDuration(left)}</span>`
}

/** `1 alert`, `2 alerts`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}
