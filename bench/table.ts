import { isMet, type Figure, type Report } from './figures.ts'

const heading = ['', 'measured', 'target', '']

/** A report as people read it: the target beside each figure. */
export function tableOf({ name, title, figures }: Report): string {
  const rows = [heading, ...figures.map(rowOf)]
  const widths = heading.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  const lines = rows.map((row) =>
    row
      // Numbers stand flush right.
      .map((cell, column) =>
        column === 1 ? cell.padStart(widths[1] ?? 0) : cell.padEnd(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd(),
  )
  return [`${name}: ${title}`, ...lines.map((line) => `  ${line}`)].join('\n')
}

function rowOf(figure: Figure): string[] {
  const met = isMet(figure)
  return [
    figure.name,
    figure.value === null ? 'not measured here' : withUnit(figure.value, figure.unit),
    targetText(figure),
    met === undefined ? '' : met ? 'met' : 'MISSED',
  ]
}

function targetText({ target, unit }: Figure): string {
  if (target === undefined) return ''
  return 'atMost' in target ? `≤ ${withUnit(target.atMost, unit)}` : `≥ ${withUnit(target.atLeast, unit)}`
}

function withUnit(value: number, unit: string): string {
  return unit === '' ? numberText(value) : `${numberText(value)} ${unit}`
}

/** Three digits say all that a measurement on a shared machine can. */
function numberText(value: number): string {
  const digits = Number.isInteger(value) || Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2
  return value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits })
}
