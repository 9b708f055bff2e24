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
  const { publicUrl, answerUrl, now } = deps
  const running = deps.running()
  // Only a mail needs a link of its own: wherever else it went, it would be one more secret to keep.
  const isAnswered = page.channel === 'email' && page.kind === 'page'
  return composePageMessage({
    page,
    incident,
    machine,
    others: othersOf(page, bundled, incidents),
    alerts,
    firingCount: firing,
    runbook: atStart.runbooks.find(({ name }) => name === incident.runbook),
    configuration: atStart,
    follows: isCall(page) ? [] : await followedBy(deps, [page, ...bundled]),
    publicUrl,
    clock: { timeZone: zoneOf(page.person, running), now: now().getTime() },
    channelsOf: firstChannels(incident.severity, running, atStart),
    ...(isAnswered && answerUrl !== undefined ? { answerUrl: answerUrl(page) } : {}),
  })
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
