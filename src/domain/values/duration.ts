const unitMs = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const

type Unit = keyof typeof unitMs

/**
 * Milliseconds of a duration such as `90s`, `15m`, `1h30m` or `2d`. Parts go from large to small and each unit stands once.
 * @returns `undefined` for any other text, so that the caller can say where it stood.
 */
export function parseDuration(text: string): number | undefined {
  if (text === '0') return 0
  const match = /^(?:(\d+)w)?(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?(?:(\d+)ms)?$/.exec(text.trim())
  if (match === null || match[0] === '') return undefined
  const units: readonly Unit[] = ['w', 'd', 'h', 'm', 's', 'ms']
  return units.reduce((sum, unit, index) => sum + Number(match[index + 1] ?? 0) * unitMs[unit], 0)
}

/** As {@link parseDuration} reads it, to the millisecond: `15m`, `1h30m`, `2d`; nothing is `0`. */
export function writtenDuration(ms: number): string {
  const parts = (['d', 'h', 'm', 's', 'ms'] as const).reduce(
    ({ text, rest }, unit) => {
      const count = Math.floor(rest / unitMs[unit])
      return { text: count === 0 ? text : `${text}${count}${unit}`, rest: rest % unitMs[unit] }
    },
    { text: '', rest: ms },
  )
  return parts.text === '' ? '0' : parts.text
}

/** A duration as a person says it: `45 s`, `3 min 20 s`, `2 h 5 min`, `3 d 4 h`: two units at most, rounded down. */
export function formatDuration(ms: number): string {
  const seconds = Math.floor(Math.abs(ms) / 1000)
  const sign = ms < 0 ? '-' : ''
  if (seconds < 60) return `${sign}${seconds} s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return sign + join(minutes, 'min', seconds % 60, 's')
  const hours = Math.floor(minutes / 60)
  if (hours < 24) return sign + join(hours, 'h', minutes % 60, 'min')
  return sign + join(Math.floor(hours / 24), 'd', hours % 24, 'h')
}

function join(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`
}
