import { laneOrder } from '../src/domain/bundle.ts'
import type { Incident } from '../src/domain/incident.ts'
import type { Page, PageMessage } from '../src/domain/page.ts'
import { composePageMessage } from '../src/domain/page-message.ts'
import type { EscalateDependencies } from './escalate-dependencies.ts'

/** The message of a page and of all that go along with it; whatever comes first in its lane is the one that it is about. */
export async function messageOf(
  deps: EscalateDependencies,
  page: Page,
  about: Incident,
  bundled: readonly Page[],
): Promise<PageMessage> {
  const [{ incident, ...position }, ...others] = await inLaneOrder(deps, page, about, bundled)
  const configuration = await deps.configurations.get(incident.configRevision)
  const alerts = await deps.incidents.alertsOf(incident.number)
  const runbookTitle = configuration.runbooks.find(({ name }) => name === incident.runbook)?.title
  const follows = await followedBy(deps, page)
  const { publicUrl } = deps
  return composePageMessage({
    page: { ...page, ...position },
    incident,
    others: others.map((other) => other.incident),
    alerts,
    runbookTitle,
    configuration,
    follows,
    publicUrl,
    ...answerLink(deps, page, bundled),
  })
}

/** Only a mail needs one: wherever else it went, it would be one more secret to keep. It answers for one page, so not for many. */
function answerLink(
  { answerUrl }: EscalateDependencies,
  page: Page,
  bundled: readonly Page[],
): { answerUrl?: string } {
  const isWanted = page.channel === 'email' && page.kind === 'page' && bundled.length === 0
  return isWanted && answerUrl !== undefined ? { answerUrl: answerUrl(page) } : {}
}

/** An incident that a message tells of, and where its escalation stands. */
interface Told {
  readonly incident: Incident
  readonly step: number
  readonly round: number
}

async function inLaneOrder(
  deps: EscalateDependencies,
  page: Page,
  about: Incident,
  bundled: readonly Page[],
): Promise<[Told, ...Told[]]> {
  const { step, round } = page
  const own = { incident: about, step, round }
  if (bundled.length === 0) return [own]
  const incidents = await deps.incidents.many([page, ...bundled].map((one) => one.incident))
  const byNumber = new Map(incidents.map((one) => [one.number, one]))
  const byPage = new Map([page, ...bundled].map((one) => [one.id, one]))
  const waiting = [...byPage.values()].flatMap(({ id, incident: number, createdAt }) => {
    const incident = byNumber.get(number)
    if (incident === undefined) return []
    return [{ page: id, service: incident.service, severity: incident.severity, createdAt }]
  })
  const told = new Map<number, Told>()
  for (const one of laneOrder(waiting, await deps.pages.toldAt(page))) {
    const { incident: number, ...at } = byPage.get(one.page) ?? page
    const incident = byNumber.get(number)
    if (incident !== undefined && !told.has(number))
      told.set(number, { incident, step: at.step, round: at.round })
  }
  const [first = own, ...rest] = told.values()
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
