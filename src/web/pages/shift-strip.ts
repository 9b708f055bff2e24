import type { Span } from '../../domain/on-call/schedule.ts'
import type { Segment } from '../../domain/on-call/segments.ts'
import { dayWords } from '../../domain/values/instant-text.ts'
import { html, type Html } from '../html.ts'

const dayMs = 86_400_000
const shades = 6
/** Parts of the strip: from the first on there is room for a name, from the second for the beginning of one. */
const [roomForName, roomForLetter] = [0.045, 0.012]

/** Numbers the people of a strip, in the order in which they come up; nobody has the colour of a gap. */
export function colours(segments: readonly Segment[]): (people: readonly string[]) => string {
  const known = [...new Set(segments.filter(({ people }) => people.length > 0).map(keyOf))]
  return (people) => (people.length === 0 ? 'nobody' : `shade-${known.indexOf(keyOf({ people })) % shades}`)
}

function keyOf({ people }: Pick<Segment, 'people'>): string {
  return JSON.stringify(people)
}

/** Shifts side by side, as wide as they are long, with whose they are. It is for the eye alone: the list below it says the same. */
export function shiftStrip(
  segments: readonly Segment[],
  { from, to }: Span,
  timeZone: string,
  colour: (people: readonly string[]) => string,
): Html {
  const share = (ms: number) => ms / (to - from)
  const percent = (part: number) => `${Math.round(part * 10_000) / 100}%`
  const turn = (segment: Segment) => {
    const width = share(segment.to - segment.from)
    return html`<svg x="${percent(share(segment.from - from))}" width="${percent(width)}" height="100%"><rect class="${colour(segment.people)}" width="100%" height="100%"></rect><text class="strip-name" x="5" y="62%">${nameIn(segment.people, width)}</text></svg>`
  }
  const week = from + 7 * dayMs
  const middle = week < to ? html`<line class="week" x1="50%" x2="50%" y1="0" y2="100%"></line>` : null
  return html`<figure class="strip" aria-hidden="true"><svg>${segments.map(turn)}${middle}</svg><figcaption class="quiet"><span>now</span><span>${dayWords(week, timeZone)}</span><span>${dayWords(to, timeZone)}</span></figcaption></figure>`
}

function nameIn(people: readonly string[], width: number): string {
  if (width < roomForLetter) return ''
  if (people.length === 0) return width < roomForName ? '' : 'nobody'
  return width < roomForName ? (people[0]?.slice(0, 1) ?? '') : people.join(', ')
}

export function swatch(shade: string): Html {
  return html`<svg class="swatch" viewBox="0 0 10 10" aria-hidden="true"><rect class="${shade}" width="10" height="10"></rect></svg>`
}
