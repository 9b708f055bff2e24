import type { Alert } from '../domain/alert/alert.ts'
import type { ChannelTraits } from '../domain/page/channel-traits.ts'
import type { Configuration } from '../domain/configuration/configuration.ts'
import type { Contact } from '../domain/configuration/people.ts'
import type { NewPage } from '../domain/escalate/escalate.ts'
import type { Incident } from '../domain/incident/incident.ts'
import type { Page, PageMessage, SendOutcome } from '../domain/page/page.ts'
import type { PageSettlement } from '../domain/page/state.ts'

/** One way to reach people. It is given only contacts of its own name, and answers instead of throwing. */
export interface Channel extends ChannelTraits {
  send(contact: Contact, message: PageMessage, signal: AbortSignal): Promise<SendOutcome>
}

/** What a page tells of. */
export interface PagedIncident {
  readonly incident: Incident
  readonly firing: number
  /** Some of the alerts that fire. */
  readonly alerts: readonly Alert[]
  /** Who is asked to take it, and by whom. */
  readonly handOver: { readonly by: string; readonly to: string } | null
}

/** A page that is not to be tried again. */
export interface CalledOffPage {
  readonly page: Page
  readonly why: string
}

/** The outbox of pages. Every change is one that the page's state allows, whoever else is at work. */
export interface PageOutbox {
  claim(options: {
    readonly limit: number
    readonly now: Date
    readonly leaseMs: number
    readonly since: number
    readonly triesMs: number
  }): Promise<
    readonly {
      readonly page: Page
      readonly calledOff: string | null
      readonly wasSending: boolean
      readonly begun: readonly number[]
      readonly toldAt: Readonly<Record<string, string>>
    }[]
  >
  /** Gives claimed pages back untried; answers with those that were called off meanwhile. */
  postpone(
    postponed: readonly { readonly page: Page; readonly dueAt: Date }[],
  ): Promise<readonly CalledOffPage[]>
  /** Pages of one message, in its order; the first that goes leads. */
  bundle(
    pages: readonly Page[],
  ): Promise<{ readonly going: readonly Page[]; readonly calledOff: readonly CalledOffPage[] }>
  /** Pages that were bundled are tried again with theirs. */
  repeat(pages: readonly Page[], at: Date): Promise<void>
  /** Pages that were bundled wait again; answers with those that were called off meanwhile. */
  release(
    pages: readonly Page[],
    how: { readonly at: Date; readonly isUnknown: boolean },
  ): Promise<readonly CalledOffPage[]>
  nextDue(): Promise<Date | null>
  find(ids: readonly string[]): Promise<readonly Page[]>
  incidents(numbers: readonly number[], at: Date): Promise<ReadonlyMap<number, PagedIncident>>
  /** Messages to their contact that told of the incidents of these pages, by the pages that led them; the newest that called first. */
  followed(
    pages: readonly Page[],
  ): Promise<readonly { readonly leader: Page; readonly incidents: readonly number[] }[]>
  settle(
    page: Page,
    end: {
      readonly settlement: PageSettlement
      readonly retryAt?: Date
      readonly next?: NewPage
      readonly replaced?: readonly string[]
    },
  ): Promise<{ readonly page: Page; readonly ended: boolean; readonly calledOff: boolean } | undefined>
}

export interface SenderDependencies {
  readonly outbox: PageOutbox
  readonly channels: Readonly<Record<Contact['channel'], Channel>>
  /** As configured now: whom a policy names is fixed when the incident starts, how they are reached is not. */
  readonly running: () => Configuration
  readonly configurations: { get(revision: string): Promise<Configuration> }
  readonly publicUrl: string
  /** The address by which all that a message tells of is acknowledged as its person, for channels that carry nothing but text. */
  readonly answerUrl?: (page: Page) => string
  /** Links that open an incident for whoever a page is for; without them messages lead to the log-in. */
  readonly pageLinks?: {
    readonly urlOf: (page: string, incident: Incident) => string
    /** Makes those of a message good from now on; false when others may read it too, so that it carries none. */
    issue(page: Page, incidents: readonly Incident[], users: Configuration['users']): Promise<boolean>
  }
  /** Calls back when pages may have been queued. */
  readonly listen: (onNotify: () => void) => { stop(): Promise<void> }
  /** Told of each page that came to its end. */
  readonly ended?: (page: Page) => void
  readonly log: {
    info(fields: object, message: string): void
    warn(fields: object, message: string): void
    error(fields: object, message: string): void
  }
  readonly now: () => Date
  /** Before the second try of a page; it doubles from there. */
  readonly retryBaseMs?: number
}

export function isChannel(
  channels: SenderDependencies['channels'],
  name: string,
): name is Contact['channel'] {
  return Object.hasOwn(channels, name)
}
