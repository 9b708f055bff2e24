import { isDeclared } from '../alert/declaration.ts'
import { seriesOf } from '../investigate/investigate.ts'
import { cutText } from '../page/delivery.ts'
import type { Sources } from './records.ts'

/** Labels that say what was measured by whom, and not where. */
const structural = new Set([
  'alertname',
  'severity',
  'service',
  'check',
  'metric',
  'slice',
  'group',
  'source',
  'job',
  'instance',
])
const mostParts = 5
const longestPart = 100
const everything = 'all of it'

/** `on iOS, Android`, `cluster eu-1`, or all of it; `null` where the alerts do not say. */
export function partsHit(sources: Sources): string | null {
  // What tells declarations apart is no part of anything.
  if (isDeclared(sources.records.incident)) return null
  const groups = new Set<string>()
  const pairs = new Set<string>()
  let hasTotal = false
  for (const { labels } of sources.alerts.map(({ record }) => record)) {
    const series = seriesOf(labels)
    if (series === undefined) {
      for (const [name, value] of Object.entries(labels))
        if (!structural.has(name)) pairs.add(cutText(`${name} ${value}`, longestPart))
    } else if (series.slice === 'total') hasTotal = true
    else groups.add(cutText(series.group, longestPart))
  }
  // Where a part is hit, so are the totals that it is part of.
  const parts = [
    ...(groups.size === 0 ? [] : [`on ${listed(groups)}`]),
    ...(pairs.size === 0 ? [] : [listed(pairs)]),
  ]
  if (parts.length === 0) return hasTotal ? everything : null
  return sources.clean(parts.join(', '))
}

function listed(parts: ReadonlySet<string>): string {
  const rest = parts.size > mostParts ? ` and ${parts.size - mostParts} more` : ''
  return [...parts].slice(0, mostParts).join(', ') + rest
}
