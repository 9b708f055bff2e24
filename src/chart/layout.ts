/** Where the parts of a chart lie, and how large its texts are, in pixels. */
export interface Layout {
  readonly width: number
  readonly height: number
  /** The part in which lines are drawn; its left edge moves to the right for long numbers. */
  readonly plot: {
    readonly left: number
    readonly right: number
    readonly top: number
    readonly bottom: number
  }
  readonly titleSize: number
  readonly textSize: number
  readonly markerSize: number
  readonly captionSize: number
  /** Names of lines: at their ends, or below the time axis. */
  readonly names: 'ends' | 'below'
  readonly mostTimeTicks: number
}

/** For messages: 800 pixels become some 360 on a phone, so nothing is smaller than 17. */
const message: Layout = {
  width: 800,
  height: 400,
  plot: { left: 40, right: 632, top: 122, bottom: 334 },
  titleSize: 27,
  textSize: 20,
  markerSize: 18,
  captionSize: 17,
  names: 'ends',
  mostTimeTicks: 6,
}

/** For a page on a screen that is wide. */
const wide: Layout = {
  width: 640,
  height: 310,
  plot: { left: 38, right: 522, top: 92, bottom: 264 },
  titleSize: 17,
  textSize: 13,
  markerSize: 12,
  captionSize: 12,
  names: 'ends',
  mostTimeTicks: 7,
}

/** For a page on a phone, pixel by pixel. */
const narrow: Layout = {
  width: 360,
  height: 300,
  plot: { left: 34, right: 350, top: 96, bottom: 248 },
  titleSize: 16,
  textSize: 12.5,
  markerSize: 12,
  captionSize: 12,
  names: 'below',
  mostTimeTicks: 5,
}

export const layouts = { message, wide, narrow } as const
export type ChartSize = keyof typeof layouts

/** How wide a text comes out in DejaVu Sans, a little overestimated. */
export function textWidth(text: string, size: number): number {
  const widths = Array.from(text, (character) =>
    character > '\u2E80'
      ? 1
      : /[ilI.,:;|'!()[\] ]/.test(character)
        ? 0.4
        : /[mwMW@%]/.test(character)
          ? 0.95
          : 0.64,
  )
  return size * widths.reduce((sum, one) => sum + one, 0)
}

/** The text, cut with an ellipsis where it would be wider. */
export function fitted(text: string, size: number, most: number): string {
  const oneLine = text.replace(/\s+/g, ' ').trim()
  if (textWidth(oneLine, size) <= most) return oneLine
  const characters = Array.from(oneLine.slice(0, 400))
  while (characters.length > 1 && textWidth(`${characters.join('')}…`, size) > most) characters.pop()
  return `${characters.join('').trimEnd()}…`
}

/** Positions at least `gap` apart, as near to the wanted ones as that allows, within bounds; in the order given. */
export function spread(wanted: readonly number[], gap: number, least: number, most: number): number[] {
  const order = wanted.map((_, index) => index).toSorted((a, b) => (wanted[a] ?? 0) - (wanted[b] ?? 0))
  const placed = order.reduce<number[]>(
    (done, index) => [...done, Math.max(wanted[index] ?? 0, (done.at(-1) ?? least - gap) + gap)],
    [],
  )
  const over = Math.max(0, (placed.at(-1) ?? 0) - most)
  // What hangs over the end moves back, and pushes the ones before it.
  const settled = placed.reduceRight<number[]>(
    (done, at) => [Math.min(at, (done[0] ?? most + gap) - gap), ...done],
    [],
  )
  const chosen = over > 0 ? settled : placed
  return wanted.map((_, index) => chosen[order.indexOf(index)] ?? 0)
}
