/* Values of a body of which only some is known beforehand. */

export type ForeignMap = Readonly<Record<string, unknown>>

/** Before 2000 an instant is a mistake, such as seconds taken for milliseconds. */
const earliest = Date.UTC(2000, 0, 1)
/** Clocks differ a little; an instant from further ahead is by a wrong clock. */
const mostAheadMs = 24 * 3_600_000

/** ISO 8601, also as `2015-07-17T08:42:58.315+0000`, or as PagerDuty's client for Python writes it, `…+00:00Z`; without a zone it is in UTC. */
const instantForm =
  /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2})(:\d{2})?([.,]\d{1,9})?\s*(?:(Z)|([+-]\d{2}):?(\d{2})?Z?)?$/i

/** A JSON object; `undefined` for everything else. */
export function mapOf(value: unknown): ForeignMap | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as ForeignMap)
    : undefined
}

/** A JSON array; an empty one for everything else. */
export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

/**
 * An instant as somebody wrote it, ISO 8601 in UTC.
 * @param now nothing is taken for real that lies more than a day after it
 * @returns `undefined` when it cannot be read, or cannot be right
 */
export function instantNear(written: unknown, now: Date): string | undefined {
  const [, day, minute, second = ':00', fraction = '', , hours = '+00', minutes = '00'] =
    (typeof written === 'string' && instantForm.exec(written.trim())) || []
  if (day === undefined || minute === undefined) return undefined
  const at = Date.parse(`${day}T${minute}${second}${fraction.replace(',', '.')}${hours}:${minutes}`)
  if (!(at >= earliest && at <= now.getTime() + mostAheadMs)) return undefined
  return new Date(at).toISOString()
}
