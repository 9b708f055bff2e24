import type { Alert } from '../src/domain/alert.ts'
import type { Lane, PageClaim } from '../src/domain/bundle.ts'
import type { Configuration, Contact } from '../src/domain/configuration.ts'
import type { NewPage } from '../src/domain/escalate.ts'
import type { Incident } from '../src/domain/incident.ts'
import type { Schedule } from '../src/domain/on-call/schedule.ts'
import type { Page, PageMessage, SendOutcome } from '../src/domain/page.ts'
import type { PageSettlement } from '../src/domain/page-state.ts'
import type { TimelineEntry } from '../src/domain/timeline.ts'

/** The outbox of pages: each of these changes a page only from a state that allows it. */
export interface PageStore {
  find(id: string): Promise<Page | undefined>
  ofIncident(incident: number): Promise<readonly Page[]>
  /** Stores those that are not there yet. */
  queue(pages: readonly NewPage[], at: string): Promise<void>
  /** Begins and counts a try, together with the pages that wait for the same contact. */
  claim(id: string, lane: Lane, at: string): Promise<PageClaim>
  /** Takes a claim back that came to no try; answers with the page as it is then. */
  giveBack(id: string): Promise<Page>
  /** When each service was last told of over the contact of this page; ISO 8601 in UTC. */
  toldAt(page: Page): Promise<Readonly<Record<string, string>>>
  /** Records what became of a page and queues the one that takes its place, both or neither; answers with the page as it is then. */
  settle(id: string, settlement: PageSettlement, next?: NewPage): Promise<Page>
  cancelUnsent(
    incident: number,
    calledOff: { readonly reason: string; readonly except: readonly string[] },
    at: string,
  ): Promise<void>
}

/** One way to reach people. It is given only contacts of its own name, and answers instead of throwing. */
export interface Channel {
  /** Whether the other side keeps an incident of its own, which goes on calling until it is told. */
  readonly keepsIncidents: boolean
  /** Whether one message may tell of several incidents; a provider that keeps one for each does so by itself. */
  readonly bundles: boolean
  /** Whether the other side takes several tries of one page for one. Without that a person hears each of them. */
  readonly hasKey: boolean
  send(contact: Contact, message: PageMessage, signal: AbortSignal): Promise<SendOutcome>
}

export interface EscalateDependencies {
  readonly incidents: {
    get(incident: number): Promise<Incident>
    alertsOf(incident: number): Promise<readonly Alert[]>
    /** Those of them that exist. */
    many(incidents: readonly number[]): Promise<readonly Incident[]>
  }
  readonly configurations: { get(revision: string): Promise<Configuration> }
  /** As configured now: whom a policy names is fixed when the incident starts, who that is and how they are reached is not. */
  readonly running: () => Pick<Configuration, 'users' | 'teams' | 'channels' | 'calendars' | 'services'>
  /** Schedules as they stand now, with every override that people made; those that do not exist are left out. */
  readonly schedules: { current(names: readonly string[]): Promise<ReadonlyMap<string, Schedule>> }
  readonly pages: PageStore
  readonly timeline: { append(entry: TimelineEntry): Promise<void> }
  readonly channels: Readonly<Record<Contact['channel'], Channel>>
  readonly publicUrl: string
  /** The address by which a page is acknowledged as its person, for channels that carry nothing but text. */
  readonly answerUrl?: (page: Page) => string
  readonly now: () => Date
  /** Before the second try of a page; it doubles from there. */
  readonly retryBaseMs?: number
}

export function isChannel(deps: EscalateDependencies, name: string): name is Contact['channel'] {
  return Object.hasOwn(deps.channels, name)
}

export function timestamp({ now }: EscalateDependencies): string {
  return now().toISOString()
}
