import type { Span } from '../../domain/on-call/schedule.ts'
import type { Segment } from '../../domain/on-call/segments.ts'
import { dayWords } from '../../domain/values/instant-text.ts'
import { html, type Html } from '../html.ts'

const width = 1_400
const height = 40
const dayMs = 86_400_000
const shades = 6

/** Numbers the people of a strip, in the order in which they come up; nobody has the colour of a gap. */
export function colours(segments: readonly Segment[]): (people: readonly string[]) => string {
  const known = [...new Set(segments.filter(({ people }) => people.length > 0).map(keyOf))]
  return (people) => (people.length === 0 ? 'nobody' : `shade-${known.indexOf(keyOf({ people })) % shades}`)
}

function keyOf({ people }: Pick<Segment, 'people'>): string {
  return JSON.stringify(people)
}

/** Shifts side by side, as wide as they are long. It is for the eye alone: the list below it says the same. */
export function shiftStrip(
  segments: readonly Segment[],
  { from, to }: Span,
  timeZone: string,
  colour: (people: readonly string[]) => string,
): Html {
  const x = (instant: number) => Math.round(((instant - from) / (to - from)) * width)
  const weeks = [from + 7 * dayMs].filter((at) => at < to)
  return html`<figure class="strip" aria-hidden="true"><svg viewBox="0 0 ${width} ${height}" preserveAspectRatio="none">
${segments.map((segment) => html`<rect class="${colour(segment.people)}" x="${x(segment.from)}" y="0" width="${Math.max(2, x(segment.to) - x(segment.from) - 2)}" height="${height}"></rect>`)}
${weeks.map((at) => html`<line class="week" x1="${x(at)}" x2="${x(at)}" y1="0" y2="${height}"></line>`)}
</svg><figcaption class="quiet"><span>now</span><span>${dayWords(from + 7 * dayMs, timeZone)}</span><span>${dayWords(to, timeZone)}</span></figcaption></figure>`
}

export function swatch(shade: string): Html {
  return html`<svg class="swatch" viewBox="0 0 10 10" aria-hidden="true"><rect class="${shade}" width="10" height="10"></rect></svg>`
}
