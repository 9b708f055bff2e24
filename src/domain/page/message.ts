import { unknownService } from '../alert/alert-title.ts'
import type { Alert } from '../alert/alert.ts'
import { bundleName } from './answer-value.ts'
import type { Configuration } from '../configuration/configuration.ts'
import { cutText, oneLine } from './delivery.ts'
import { incidentName } from '../investigate/evidence.ts'
import { fnv1a64 } from '../values/hash.ts'
import { momentWords, type ReaderClock } from '../values/zoned-words.ts'
import type { Incident } from '../incident/incident.ts'
import { incidentLinks } from '../incident/incident-links.ts'
import { type FirstChannels, nextOf, nextSentence, wholeNextSentence } from '../incident/next.ts'
import type { MachineState } from '../incident/state.ts'
import {
  type BundledIncident,
  type FollowedMessage,
  isOfNoIncident,
  type Page,
  type PageMessage,
  type StandingIncident,
} from './page.ts'
import { clearedLines, isCharted, responsibleFor, linesOf } from './firing.ts'
import { messageTitle } from './message-title.ts'
import { longestName, longestLine, longestText, mostBundledLines, mostLinks } from './message-limits.ts'
import { standingSentence } from './standing-sentence.ts'

/** The stored facts that a page is made of. */
export interface PageFacts {
  readonly page: Page
  readonly incident: Incident
  /** Where the incident stands; `null` for one from before there was a machine. */
  readonly machine: MachineState | null
  /** Whose pages are bundled in this message, in the order in which they are named. */
  readonly others: readonly Incident[]
  /** Some of its alerts that fire, the worst among them, and how many do in all. */
  readonly alerts: readonly Alert[]
  readonly firingCount: number
  readonly runbook: { readonly name: string; readonly title: string } | undefined
  /** What the configuration says about what fires. */
  readonly configuration: Pick<Configuration, 'services' | 'metrics' | 'slices'> &
    Partial<Pick<Configuration, 'checks'>>
  /** What it follows. */
  readonly follows: readonly FollowedFacts[]
  /** Where people's links lead, without a slash at its end. */
  readonly publicUrl: string
  /** Acknowledges as this person. */
  readonly answerUrl?: string
  /** Where an incident is opened for this person, in a message that the page of this id led; absent: they log in. */
  readonly linkOf?: LinkOf
  /** Of the person, or for a room that of the configuration. */
  readonly clock: ReaderClock
  readonly channelsOf: FirstChannels
}

type LinkOf = (page: string, incident: Incident) => string

/** A message that stands with its provider: the page that led it, and the incidents of one that tells of several. */
export interface FollowedFacts {
  readonly leader: Page
  readonly incidents: readonly Incident[]
}

/** The message of a page, whatever channel it goes over; every text in it is bounded and, except `nowDoing`, on one line. */
export function composePageMessage(facts: PageFacts): PageMessage {
  const { page, incident, others, alerts, firingCount, configuration, publicUrl, answerUrl, clock } = facts
  const { linkOf = (_page, { number }) => link(publicUrl, 'incidents', incidentName(number)) } = facts
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
    title: messageTitle(facts, firing),
    severity: incident.severity,
    service: serviceOf(facts),
    person: page.person,
    lines: [...linesOf(firing, firingCount), ...clearedOf(facts), ...bundleLines(bundled)],
    bundled,
    firingCount,
    ...timesOf(facts),
    incidentUrl: linkOf(page.id, incident),
    ...(isCharted(firing, configuration)
      ? {
          chartUrl: `${link(publicUrl, 'charts', `${incident.chartToken}.png`)}?timeZone=${encodeURIComponent(clock.timeZone)}`,
        }
      : {}),
    ...lookingOf(facts, firing),
    responsible: responsibleFor(firing, configuration),
    position: { round: page.round, step: page.step },
    ...(answerUrl === undefined ? {} : { answerUrl }),
    possibleRepeat: page.unknownTries > 0,
    ...(others.length === 0 ? {} : { bundle: bundleName(page.id) }),
    ...(facts.follows.length === 0
      ? {}
      : { follows: facts.follows.flatMap((one) => followedOf(one, linkOf)) }),
    ...(isOwnDeed(page, [incident, ...others]) ? { isOwnDeed: true } : {}),
  }
}

/** What stands over a message, in a list and on a lock screen: `P1 INC-42: Likes on iOS down 67 % (feed)`; of one that is about no incident, its title. */
export function headlineOf({
  kind,
  severity,
  incident,
  title,
  bundled,
}: Pick<PageMessage, 'kind' | 'severity' | 'incident' | 'title' | 'bundled'>): string {
  if (isOfNoIncident(kind)) return title
  const which = bundled.length === 0 ? ` ${incident}` : ''
  return `${severity}${which}${kind === 'page' ? '' : ` ${kind}`}: ${title}`
}

/** A room that follows a group hears what of it is over, where its route wants that. */
function clearedOf({ page, machine, alerts }: PageFacts): string[] {
  if (page.kind !== 'group' || machine?.settings.group?.sendResolved !== true) return []
  return clearedLines(alerts.filter(({ status }) => status === 'resolved'))
}

/** What is being done, what comes next, and since when it lasts, on the reader's clock. */
function timesOf({ page, incident, machine, clock, channelsOf }: PageFacts) {
  const next = machine === null || page.kind === 'resolved' ? null : nextOf(machine)
  // What a program is sent stands behind no "Next:" that would make it a sentence.
  const sayNext = isForPrograms(page.channel) ? wholeNextSentence : nextSentence
  return {
    nowDoing: cutText(standingSentence(page, incident, machine, clock.timeZone), longestText),
    next: next === null ? '' : cutText(sayNext(next, clock, channelsOf), longestText),
    startedAt: incident.startedAt,
    since: momentWords(Date.parse(incident.startedAt), clock),
    timeZone: clock.timeZone,
  }
}

/** People read no service rather than "unknown"; programs find the word that they know. */
function serviceOf({ page, incident: { service } }: PageFacts): string {
  return service === unknownService && !isForPrograms(page.channel)
    ? ''
    : cutText(oneLine(service), longestName)
}

/** Whether what is sent is read field by field, and not as a text. */
function isForPrograms(channel: string): boolean {
  return channel === 'webhook' || channel === 'pagerduty'
}

/** Where to look: the runbook first. */
function lookingOf({ incident, runbook, configuration, publicUrl }: PageFacts, firing: readonly Alert[]) {
  const ours =
    runbook === undefined
      ? {}
      : { runbook: { title: runbook.title, url: link(publicUrl, 'runbooks', runbook.name) } }
  return {
    ...(runbook === undefined ? {} : { runbookTitle: cutText(oneLine(runbook.title), longestName) }),
    links: incidentLinks({ incident, alerts: firing, configuration, ...ours }).slice(0, mostLinks),
  }
}

/** What a message says line by line where what follows a page is a message of its own: that one repeats nothing of what fires. */
export function linesToSay({
  kind,
  lines,
  bundled,
}: Pick<PageMessage, 'kind' | 'lines' | 'bundled'>): readonly string[] {
  return kind === 'page' || isOfNoIncident(kind) ? lines : bundleLines(bundled)
}

/** What the first link of a message is called. */
export function openWords({ kind, incident }: Pick<PageMessage, 'kind' | 'incident'>): string {
  if (kind === 'test') return 'Open Firewatch'
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

function link(publicUrl: string, ...segments: readonly string[]): string {
  return [
    publicUrl.replace(/\/+$/, ''),
    ...segments.map((part) => encodeURIComponent(part.toWellFormed())),
  ].join('/')
}
