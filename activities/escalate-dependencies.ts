import type { Alert } from '../src/domain/alert.ts'
import type { Configuration, Contact, User } from '../src/domain/configuration.ts'
import type { NewPage } from '../src/domain/escalate.ts'
import type { Incident } from '../src/domain/incident.ts'
import type { Page, PageMessage, SendOutcome } from '../src/domain/page.ts'
import type { PageSettlement } from '../src/domain/page-state.ts'
import type { TimelineEntry } from '../src/domain/timeline.ts'

/** The outbox of pages: each of these changes a page only from a state that allows it. */
export interface PageStore {
  find(id: string): Promise<Page | undefined>
  ofIncident(incident: number): Promise<readonly Page[]>
  /** Stores those that are not there yet. */
  queue(pages: readonly NewPage[], at: string): Promise<void>
  /** Begins and counts a try; `undefined` when the page is not to be sent any more. */
  startSending(id: string): Promise<Page | undefined>
  /** Records what became of a page and queues the one that takes its place, both or neither; answers with the page as it is then. */
  settle(id: string, settlement: PageSettlement, next?: NewPage): Promise<Page>
  cancelUnsent(incident: number, reason: string, at: string): Promise<void>
}

/** One way to reach people. It is given only contacts of its own name, and answers instead of throwing. */
export interface Channel {
  /** Whether the other side keeps an incident of its own, which goes on calling until it is told. */
  readonly keepsIncidents: boolean
  /** Whether the other side takes several tries of one page for one. Without that a person hears each of them. */
  readonly hasKey: boolean
  send(contact: Contact, message: PageMessage, signal: AbortSignal): Promise<SendOutcome>
}

export interface EscalateDependencies {
  readonly incidents: {
    get(incident: number): Promise<Incident>
    alertsOf(incident: number): Promise<readonly Alert[]>
  }
  readonly configurations: { get(revision: string): Promise<Configuration> }
  /** As configured now: who is paged is fixed when the incident starts, how a person is reached is not. */
  readonly users: () => Configuration['users']
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

/** Somebody who has left the configuration is reached as they were when the incident started. */
export function userOf(deps: EscalateDependencies, atStart: Configuration, person: string): User | undefined {
  return deps.users()[person] ?? atStart.users[person]
}

export function timestamp({ now }: EscalateDependencies): string {
  return now().toISOString()
}
