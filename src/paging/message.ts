import { isCall } from '../domain/escalate/escalate.ts'
import type { Incident } from '../domain/incident/incident.ts'
import { firstChannels } from '../domain/incident/next.ts'
import { zoneOf } from '../domain/configuration/people.ts'
import type { Configuration } from '../domain/configuration/configuration.ts'
import { queueOrder } from '../domain/page/bundle.ts'
import type { Page, PageMessage } from '../domain/page/page.ts'
import { composePageMessage, type FollowedFacts } from '../domain/page/message.ts'
import type { PagedIncident, SenderDependencies } from './dependencies.ts'

/** The message of a page and of all that are bundled with it; the page comes first, the others in the order of their queue. */
export async function messageOf(
  deps: SenderDependencies,
  page: Page,
  bundled: readonly Page[],
  incidents: ReadonlyMap<number, PagedIncident>,
  atStart: Configuration,
): Promise<PageMessage> {
  const about = incidents.get(page.incident)
  if (about === undefined) throw new Error(`page ${page.id} is of an incident that is not there`)
  const { incident, machine, alerts, firing } = about
  const { publicUrl, now } = deps
  const running = deps.running()
  const others = othersOf(page, bundled, incidents)
  const [linkOf, follows] = await Promise.all([
    linkOfMessage(deps, page, [incident, ...others]),
    isCall(page) ? [] : followedBy(deps, [page, ...bundled]),
  ])
  return composePageMessage({
    page,
    incident,
    machine,
    others,
    alerts,
    firingCount: firing,
    runbook: atStart.runbooks.find(({ name }) => name === incident.runbook),
    configuration: atStart,
    follows,
    publicUrl,
    clock: { timeZone: zoneOf(page.person, running), now: now().getTime() },
    channelsOf: firstChannels(incident.severity, running, atStart),
    ...(linkOf === undefined
      ? {}
      : { linkOf, ...answerUrlOf(deps, page, linkOf(page.id, incident), others.length > 0) }),
  })
}

/** How this message leads to incidents without a log-in, if it may. A page goes out without rather than late. */
async function linkOfMessage(
  { pageLinks, running, log }: SenderDependencies,
  page: Page,
  incidents: readonly Incident[],
): Promise<((page: string, incident: Incident) => string) | undefined> {
  try {
    const isIssued = await pageLinks?.issue(page, incidents, running().users)
    return isIssued === true ? pageLinks?.urlOf : undefined
  } catch (error) {
    log.warn({ err: error, page: page.id }, 'a page goes out without a link that opens its incident')
    return undefined
  }
}

/** What a mail has instead of a button: the link of its incident, or, where it tells of several, one that answers for all of them. */
function answerUrlOf(
  { answerUrl }: SenderDependencies,
  page: Page,
  incidentUrl: string,
  tellsOfMore: boolean,
) {
  if (page.channel !== 'email' || page.kind !== 'page') return {}
  if (!tellsOfMore) return { answerUrl: incidentUrl }
  return answerUrl === undefined ? {} : { answerUrl: answerUrl(page) }
}

/** The messages that stand, each with its incidents as they are now. */
async function followedBy({ outbox }: SenderDependencies, pages: readonly Page[]): Promise<FollowedFacts[]> {
  const messages = await outbox.followed(pages)
  const numbers = messages.flatMap(({ incidents }) => (incidents.length > 1 ? incidents : []))
  const found = numbers.length === 0 ? new Map() : await outbox.incidents(numbers)
  return messages.map(({ leader, incidents }) => ({
    leader,
    incidents: incidents.flatMap((number): Incident[] => found.get(number)?.incident ?? []),
  }))
}

/** Incidents that are bundled, each once. */
function othersOf(page: Page, bundled: readonly Page[], incidents: ReadonlyMap<number, PagedIncident>) {
  const others = bundled.flatMap((one) => {
    const told = incidents.get(one.incident)
    return told === undefined || one.incident === page.incident
      ? []
      : [{ page: one, incident: told.incident }]
  })
  const byPage = new Map(others.map(({ page: one, incident }) => [one.id, incident]))
  const ordered = queueOrder(
    others.map(({ page: one, incident: { service, severity } }) => ({
      page: one.id,
      service,
      severity,
      createdAt: one.createdAt,
    })),
    {},
  ).flatMap(({ page: id }) => byPage.get(id) ?? [])
  return [...new Map(ordered.map((incident) => [incident.number, incident])).values()]
}
