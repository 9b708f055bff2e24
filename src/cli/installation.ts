import type { AccessRole } from '../domain/access/access.ts'
import type { AcceptedAlert } from '../domain/alert/alert.ts'

export interface UpOptions {
  readonly config: string
  readonly data: string
  readonly port?: string
  /** Name of the configured user as whom its operator acts. */
  readonly as?: string
}

export interface ReplayCommand {
  readonly check: string
  readonly from: string
  readonly to: string
  readonly incidents?: boolean
  readonly config: string
  readonly data: string
  readonly json?: boolean
}

/** Statements for ClickHouse, as they were written at a command line. */
export interface SqlCommand {
  readonly statements?: string
  readonly file?: string
  readonly format?: string
  /** Rows of a result that are shown. */
  readonly limit: number
  readonly timeoutMs: number
  readonly data: string
  readonly json?: boolean
}

export interface CatalogueAddress {
  /** Absent: that of the environment, or of the Firewatch that runs on `data`. */
  readonly url?: string
  readonly data: string
}

/** What a ClickHouse holds. */
export interface Catalogue {
  /** Tables with a time column, by name. */
  tables(): Promise<
    readonly {
      readonly database: string
      readonly table: string
      readonly timeColumns: readonly string[]
      readonly numbers: readonly string[]
    }[]
  >
  /** What an expression came to in the buckets of the last day. */
  recent(question: {
    readonly database: string
    readonly table: string
    readonly timeColumn: string
    readonly sql: string
    readonly bucketSeconds: number
  }): Promise<readonly number[]>
  close(): Promise<void>
}

export interface WantedToken {
  /** A configured user or sender. */
  readonly name: string
  /** Ends all tokens that they had. */
  readonly replace: boolean
  /** Milliseconds; `null`: for good. */
  readonly validForMs: number | null
}

export interface IssuedToken {
  readonly id: string
  readonly person: string
  readonly role: AccessRole
  readonly token: string
}

/** What the body of an event may be: Firewatch's own alerts, those of a sender, or a list as Alertmanager's API takes and gives it. */
export const eventFormats = [
  'firewatch',
  'alertmanager',
  'alertmanager-api',
  'grafana',
  'pagerduty',
  'opsgenie',
] as const

export type EventFormat = (typeof eventFormats)[number]

export interface EventReading {
  readonly format: EventFormat
  readonly alerts: readonly AcceptedAlert[]
  /** Why some of its alerts would not be taken. */
  readonly problems: readonly string[]
}

/** What commands do themselves, on this machine and its stores, instead of asking a server for it. */
export interface Installation {
  up(options: UpOptions): Promise<void>
  serve(): Promise<void>
  work(): Promise<void>
  replayCheck(command: ReplayCommand): Promise<void>
  runSql(command: SqlCommand): Promise<void>
  openCatalogue(address: CatalogueAddress): Promise<Catalogue | undefined>
  issueToken(wanted: WantedToken): Promise<IssuedToken>
  /** Reads an event as the server would. @throws CommandFailed for one that it would refuse */
  readEvent(body: unknown, format: EventFormat | undefined, now: Date): Promise<EventReading>
}
