import { firingTitle, worstTitle } from '../alert/alert-title.ts'
import type { Alert } from '../alert/alert.ts'
import { isDeclared } from '../alert/declaration.ts'
import { incidentName } from '../investigate/evidence.ts'
import { formatNumber } from '../values/numbers.ts'
import { cutText, oneLine } from './delivery.ts'
import type { PageFacts } from './message.ts'
import { longestText } from './message-limits.ts'

type Titled = Pick<PageFacts, 'page' | 'incident' | 'others' | 'firingCount'>

/** What a message is about, of one incident or of several, on one line. @param firing of the first of them */
export function messageTitle(facts: Titled, firing: readonly Alert[]): string {
  const title = facts.others.length === 0 ? titleOf(facts, firing) : bundleTitle(facts, firing)
  return cutText(title, longestText)
}

/** A page says what fires as it is sent; what follows it goes by the title that people know the incident by. */
function titleOf({ page, incident, firingCount }: Titled, firing: readonly Alert[]): string {
  const isNews = page.kind !== 'acknowledged' && page.kind !== 'resolved' && firing.length > 0
  return isNews && !isDeclared(incident)
    ? firingTitle(firing, Math.max(firingCount, firing.length), incident.service)
    : oneLine(incident.title)
}

/**
 * `18 incidents, worst: INC-42 Likes on iOS down 67 % (feed)`: the total stands first, since what is long is cut at its end. Of an incident of many
 * alerts it names the worst alone: a total within a total, each with its own worst, is read twice. The title that an incident is known by may have
 * both, so where nothing fires any more it is only one of those that the message tells of.
 */
function bundleTitle({ incident, others }: Titled, firing: readonly Alert[]): string {
  const total = `${formatNumber(others.length + 1)} incidents`
  const name = incidentName(incident.number)
  if (isDeclared(incident)) return `${total}, worst: ${name} ${oneLine(incident.title)}`
  return firing.length > 0
    ? `${total}, worst: ${name} ${worstTitle(firing, incident.service)}`
    : `${total}, including ${name}: ${oneLine(incident.title)}`
}
