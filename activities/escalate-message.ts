import { laneOrder } from '../src/domain/bundle.ts'
import type { Incident } from '../src/domain/incident.ts'
import type { Page, PageMessage } from '../src/domain/page.ts'
import { composePageMessage } from '../src/domain/page-message.ts'
import type { EscalateDependencies } from './escalate-dependencies.ts'

/** The message of a page and of all that go along with it; whatever comes first in its lane is the one that it is about. */
export async function messageOf(
  deps: EscalateDependencies,
  page: Page,
  bundled: readonly Page[],
): Promise<PageMessage> {
  const [incident, ...others] = await inLaneOrder(deps, page, bundled)
  const configuration = await deps.configurations.get(incident.configRevision)
  const alerts = await deps.incidents.alertsOf(incident.number)
  const runbookTitle = configuration.runbooks.find(({ name }) => name === incident.runbook)?.title
  const follows = await followedBy(deps, page)
  const { publicUrl } = deps
  return composePageMessage({
    page,
    incident,
    others,
    alerts,
    runbookTitle,
    configuration,
    follows,
    publicUrl,
  })
}

async function inLaneOrder(
  deps: EscalateDependencies,
  page: Page,
  bundled: readonly Page[],
): Promise<[Incident, ...Incident[]]> {
  const own = await deps.incidents.get(page.incident)
  if (bundled.length === 0) return [own]
  const incidents = await deps.incidents.many([page, ...bundled].map((one) => one.incident))
  const byNumber = new Map(incidents.map((one) => [one.number, one]))
  const waiting = [page, ...bundled].flatMap(({ id, incident, createdAt }) => {
    const { service, severity } = byNumber.get(incident) ?? own
    return { page: id, incident, service, severity, createdAt }
  })
  const numberOf = new Map(waiting.map((one) => [one.page, one.incident]))
  const ordered = laneOrder(waiting, await deps.pages.toldAt(page))
  const numbers = [...new Set(ordered.map((one) => numberOf.get(one.page) ?? own.number))]
  const [first = own, ...rest] = numbers.flatMap((number) => byNumber.get(number) ?? [])
  return [first, ...rest]
}

/** What the provider called the page after which this message comes, where it said. */
async function followedBy({ pages }: EscalateDependencies, page: Page): Promise<string | null> {
  if (page.kind === 'page' || page.kind === 'notice') return null
  const { person, contact, channel } = page
  const heard = (await pages.ofIncident(page.incident)).findLast(
    (one) =>
      (one.kind === 'page' || one.kind === 'notice') &&
      one.providerId !== null &&
      one.person === person &&
      one.contact === contact &&
      one.channel === channel,
  )
  return heard?.providerId ?? null
}
