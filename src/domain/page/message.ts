import type { Alert } from '../alert/alert.ts'
import { bundleName } from './answer-value.ts'
import type { Configuration } from '../configuration/configuration.ts'
import { cutText, oneLine } from './delivery.ts'
import { incidentName } from '../investigate/evidence.ts'
import { fnv1a64 } from '../values/hash.ts'
import type { Incident } from '../incident/incident.ts'
import type { BundledIncident, FollowedMessage, Page, PageMessage, StandingIncident } from './page.ts'
import { isCharted, linksOf, responsibleFor, linesOf } from './firing.ts'
import { longestName, longestLine, longestText, mostBundledLines } from './message-limits.ts'

/** The stored facts that a page is made of. */
export interface PageFacts {
  readonly page: Page
  readonly incident: Incident
  /** Whose pages are bundled in this message, in the order in which they are named. */
  readonly others: readonly Incident[]
  /** Some of its alerts that fire, and how many do in all. */
  readonly alerts: readonly Alert[]
  readonly firingCount: number
  /** Who is asked to take it now, and by whom. */
  readonly handOver?: { readonly by: string; readonly to: string } | null
  readonly runbookTitle: string | undefined
  /** What the configuration says about what fires. */
  readonly configuration: Pick<Configuration, 'services' | 'metrics' | 'slices'>
  /** What it follows. */
  readonly follows: readonly FollowedFacts[]
  /** Where people's links lead, without a slash at its end. */
  readonly publicUrl: string
  /** Acknowledges as this person. */
  readonly answerUrl?: string
  /** Where an incident is opened for this person, in a message that the page of this id led; absent: they log in. */
  readonly linkOf?: LinkOf
}

type LinkOf = (page: string, incident: Incident) => string

/** A message that stands with its provider: the page that led it, and the incidents of one that tells of several. */
export interface FollowedFacts {
  readonly leader: Page
  readonly incidents: readonly Incident[]
}

/** The message of a page, whatever channel it goes over; every text in it is bounded and, except `nowDoing`, on one line. */
export function composePageMessage({
  page,
  incident,
  others,
  alerts,
  firingCount,
  handOver,
  runbookTitle,
  configuration,
  follows,
  publicUrl,
  answerUrl,
  linkOf = (_page, { number }) => link(publicUrl, 'incidents', incidentName(number)),
}: PageFacts): PageMessage {
  const firing = alerts.filter((alert) => alert.status === 'firing')
  const name = incidentName(incident.number)
  const bundled = others.map((other) => bundledOf(other, linkOf(page.id, other)))
  // Numbers begin again in a second or a wiped installation, and providers remember keys: the token tells their incidents apart.
  const origin = fnv1a64(incident.chartToken)
  return {
    idempotencyKey: `${origin}/${page.id}`,
    conversationKey: `firewatch/${origin}/${name}/${page.person}`,
    kind: page.kind === 'acknowledged' || page.kind === 'resolved' ? page.kind : 'page',
    incident: name,
    title: cutText(titleOf(incident, others), longestText),
    severity: incident.severity,
    service: cutText(oneLine(incident.service), longestName),
    person: page.person,
    lines: [...linesOf(firing, firingCount), ...bundleLines(bundled)],
    bundled,
    firingCount,
    nowDoing: cutText(
      [headline(page, incident, handOver), incident.nowDoing].filter((part) => part !== '').join('. '),
      longestText,
    ),
    startedAt: incident.startedAt,
    incidentUrl: linkOf(page.id, incident),
    ...(isCharted(firing, configuration)
      ? { chartUrl: link(publicUrl, 'charts', `${incident.chartToken}.png`) }
      : {}),
    ...(runbookTitle === undefined ? {} : { runbookTitle: cutText(oneLine(runbookTitle), longestName) }),
    links: linksOf(incident, firing, configuration),
    responsible: responsibleFor(firing, configuration),
    position: { round: page.round, step: page.step },
    ...(answerUrl === undefined ? {} : { answerUrl }),
    possibleRepeat: page.unknownTries > 0,
    ...(others.length === 0 ? {} : { bundle: bundleName(page.id) }),
    ...(follows.length === 0 ? {} : { follows: follows.flatMap((one) => followedOf(one, linkOf)) }),
    ...(isOwnDeed(page, [incident, ...others]) ? { isOwnDeed: true } : {}),
  }
}

/** `shop: LatencyHigh, and 17 more incidents` */
function titleOf({ title }: Incident, others: readonly Incident[]): string {
  const more = others.length === 0 ? '' : `, and ${counted(others.length, 'more incident')}`
  return `${cutText(oneLine(title), longestText - more.length)}${more}`
}

/** What a message says line by line where what follows a page is a message of its own: that one repeats nothing of what fires. */
export function linesToSay({
  kind,
  lines,
  bundled,
}: Pick<PageMessage, 'kind' | 'lines' | 'bundled'>): readonly string[] {
  return kind === 'page' || kind === 'on-call' ? lines : bundleLines(bundled)
}

/** `P1 INC-42 resolved: Likes down 67 %`; of a message that is about no incident, its title alone. */
export function subjectWords(
  { kind, severity, incident, title }: Pick<PageMessage, 'kind' | 'severity' | 'incident' | 'title'>,
  stage = '',
): string {
  return kind === 'on-call' ? title : `${severity} ${incident}${stage}: ${title}`
}

/** What the first link of a message is called. */
export function openWords({ kind, incident }: Pick<PageMessage, 'kind' | 'incident'>): string {
  return kind === 'on-call' ? 'Open the schedule' : `Open ${incident}`
}

function bundleLines(others: readonly BundledIncident[]): string[] {
  const named = others.slice(0, mostBundledLines).map(({ incident, severity, title }) => {
    return cutText(`also ${incident} ${severity}: ${title}`, longestLine)
  })
  const rest = others.length - named.length
  return rest === 0 ? named : [...named, `and ${counted(rest, 'more incident')}: see the list of incidents`]
}

function bundledOf({ number, title, severity }: Incident, url: string): BundledIncident {
  return { incident: incidentName(number), title: cutText(oneLine(title), longestName), severity, url }
}

function followedOf({ leader, incidents }: FollowedFacts, linkOf: LinkOf): FollowedMessage[] {
  if (leader.providerId === null) return []
  const { round, step } = leader
  const answers = { incident: incidentName(leader.incident), position: { round, step } }
  if (incidents.length < 2) return [{ id: leader.providerId, incidents: [], answers }]
  // The one that led comes first, as it did when the message was sent.
  const ordered = incidents.toSorted(
    (a, b) => Number(b.number === leader.incident) - Number(a.number === leader.incident),
  )
  return [
    {
      id: leader.providerId,
      incidents: ordered.map((one) => standingOf(one, linkOf(leader.id, one))),
      answers: { ...answers, bundle: bundleName(leader.id) },
    },
  ]
}

function standingOf(incident: Incident, url: string): StandingIncident {
  const { state, resolvedBy, acknowledgedBy } = incident
  const bundled = bundledOf(incident, url)
  if (state === 'resolved') return { ...bundled, standing: 'resolved', by: resolvedBy }
  return { ...bundled, standing: acknowledgedBy === null ? 'open' : 'acknowledged', by: acknowledgedBy }
}

/** Whether this reader acknowledged, or resolved, all that the message tells of. */
function isOwnDeed({ kind, person }: Page, incidents: readonly Incident[]): boolean {
  if (kind !== 'acknowledged' && kind !== 'resolved') return false
  return incidents.every(
    ({ acknowledgedBy, resolvedBy }) => (kind === 'resolved' ? resolvedBy : acknowledgedBy) === person,
  )
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`
}

function headline(
  { kind, person }: Page,
  { acknowledgedBy, resolvedBy }: Incident,
  handOver: PageFacts['handOver'],
): string {
  switch (kind) {
    case 'page':
      return ''
    case 'notice':
      return 'For your information: nobody waits for you to acknowledge'
    case 'hand-over':
      if (handOver?.to === person) return `${handOver.by} asks you to take it over`
      if (acknowledgedBy === person) return 'It was not taken over: you still have it'
      return `It was not taken over: ${acknowledgedBy ?? 'nobody'} has it`
    case 'worse':
      return 'It became worse since you acknowledged: acknowledge again, or it escalates'
    case 'grown':
      return 'For your information: you own it, and more fires than when you acknowledged'
    case 'again':
      return 'For your information: you own it, and it fires again'
    case 'acknowledged':
      return `${acknowledgedBy ?? 'somebody'} acknowledged`
    case 'resolved':
      return `Resolved by ${resolvedBy ?? 'somebody'}`
  }
}

function link(publicUrl: string, ...segments: readonly string[]): string {
  return [publicUrl.replace(/\/+$/, ''), ...segments.map(encodeURIComponent)].join('/')
}
