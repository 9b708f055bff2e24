export const weekdays = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'] as const
export const months = [
  'Jan',
  'Feb',
  'Mar',
  'Apr',
  'May',
  'Jun',
  'Jul',
  'Aug',
  'Sep',
  'Oct',
  'Nov',
  'Dec',
] as const

/** Writes an instant, epoch milliseconds, for whoever reads it. */
export type InstantWords = (instant: number) => string

/** `Mon 2 Mar 08:00 UTC`. UTC needs no calendar of zones, so workflows can say it without having one in their bundle. */
export function utcWords(instant: number): string {
  const at = new Date(instant)
  const day = `${weekdays[(at.getUTCDay() + 6) % 7]} ${at.getUTCDate()} ${months[at.getUTCMonth()]}`
  return `${day} ${at.toISOString().slice(11, 16)} UTC`
}
