const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 })
const fine = new Intl.NumberFormat('en', { maximumSignificantDigits: 4 })
const coarse = new Intl.NumberFormat('en', { maximumSignificantDigits: 1 })

/** A number as people read it: `12,345`, `0.0421`, `3.75`. */
export function formatNumber(value: number): string {
  return Math.abs(value) >= 1000 || Number.isInteger(value) ? whole.format(value) : fine.format(value)
}

/** How a value stands to another: `76 % below`, `4.2 times`, `equal to`. */
export function formatChange(value: number, base: number): string {
  if (value === base) return 'equal to'
  if (base === 0 || Math.sign(value) === -Math.sign(base)) return value > base ? 'above' : 'below'
  const ratio = value / base
  if (ratio >= 3) return `${fine.format(ratio)} times`
  return `${formatPercent(Math.abs(ratio - 1))} ${value > base ? 'above' : 'below'}`
}

/** `76 %`, of a part of 1: one that is nearly all or nearly nothing is not rounded to all or nothing; of nearly nothing one digit says enough. */
export function formatPercent(part: number): string {
  const rounded = Math.round(part * 100)
  if (rounded === 0) return `${coarse.format(part * 100)} %`
  return `${rounded === 100 && part !== 1 ? fine.format(part * 100) : whole.format(rounded)} %`
}
