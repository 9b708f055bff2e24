import { formatDuration } from '../../domain/duration.ts'
import type { Severity } from '../../domain/severity.ts'
import { html, type Html } from '../html.ts'

const severityWords: Readonly<Record<Severity, readonly [string, string]>> = {
  P0: ['▲▲', 'all hands'],
  P1: ['▲', 'critical'],
  P2: ['◆', 'warning'],
  P3: ['●', 'information'],
}

/** Severity as icon, word and colour: never colour alone. */
export function severityBadge(severity: Severity): Html {
  const [icon, word] = severityWords[severity]
  return html`<span class="severity ${severity}"><span aria-hidden="true">${icon}</span> ${severity} ${word}</span>`
}

/** An instant for people and machines, in UTC to the second. */
export function instant(at: string): Html {
  return html`<time datetime="${at}">${at.slice(0, 10)} ${at.slice(11, 19)} UTC</time>`
}

export function elapsed(from: string, to: string): string {
  return formatDuration(Date.parse(to) - Date.parse(from))
}
