/** What is painted in a chart, by what it is: on a light ground and on a dark one. */
const paints = {
  ground: ['#ffffff', '#1e232b'],
  ink: ['#16181d', '#e8eaee'],
  quiet: ['#4a5160', '#a7b0be'],
  grid: ['#d9dce1', '#37404d'],
  /** Blue, orange and grey stay apart for every common colour-blindness. */
  today: ['#0b4f8a', '#7cc0ff'],
  yesterday: ['#b84f06', '#ff9e57'],
  'week-ago': ['#646a73', '#b3bac6'],
  fires: ['#a4133c', '#ff9d94'],
  clears: ['#146c34', '#7fd99a'],
  act: ['#5b3a8c', '#cba8ff'],
  /** Behind the lines: when it fired, and where no samples are. */
  firing: ['#fbe4e8', '#4a262e'],
  gap: ['#e9ebef', '#2f3641'],
} as const

export type Paint = keyof typeof paints

/** As attributes, which every renderer knows, and as classes, by which a style sheet gives the dark ones. */
export function painted({
  fill,
  stroke,
}: {
  readonly fill?: Paint
  readonly stroke?: Paint
}): Record<string, string> {
  const classes = [
    ...(fill === undefined ? [] : [`f-${fill}`]),
    ...(stroke === undefined ? [] : [`s-${stroke}`]),
  ]
  return {
    class: classes.join(' '),
    ...(fill === undefined ? {} : { fill: paints[fill][0] }),
    ...(stroke === undefined ? {} : { stroke: paints[stroke][0] }),
  }
}

/** Dark where the reader prefers it. Contains no `<`, `&` or `]]>`, so that it stands in SVG as it is. */
export const darkStyle = [
  ':root{color-scheme:light dark}',
  '@media (prefers-color-scheme:dark){',
  ...Object.entries(paints).map(([name, [, dark]]) => `.f-${name}{fill:${dark}}.s-${name}{stroke:${dark}}`),
  '}',
].join('')
