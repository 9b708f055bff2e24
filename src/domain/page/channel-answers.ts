/** Somebody's account with a provider, as the provider names it. */
export interface Account {
  readonly channel: 'slack' | 'telegram'
  readonly id: string
}

/** What may be answered to a page where it was read. */
export type AnswerVerb = 'acknowledge' | 'escalate' | 'resolve'

export interface Answer {
  readonly verb: AnswerVerb
  readonly incident: number
  /** Where the escalation stood when the message was sent that is answered. */
  readonly asOf?: { readonly round: number; readonly step: number }
  /** It answers for all incidents of this bundle. */
  readonly bundle?: string
  /** Stable over repeats of one answer. */
  readonly commandId: string
}

/** What came of it, as a sentence for the one who answered, and for nobody else when it was refused. */
export interface AnswerResult {
  readonly kind: 'done' | 'unchanged' | 'refused' | 'failed'
  readonly message: string
}

export interface Declaration {
  readonly title: string
  /** Stable over repeats of one declaration. */
  readonly id: string
}

/** Who is on call in a schedule now. */
export interface OnCall {
  readonly schedule: string
  readonly people: readonly string[]
}

/** What is asked about maintenance in a channel. */
export type MaintenanceOrder =
  | { readonly kind: 'list' }
  | {
      readonly kind: 'preview' | 'start'
      readonly service: string
      readonly for: string
      readonly reason: string
      readonly id: string
    }
  | { readonly kind: 'end'; readonly window: string }

/** What is asked about silences in a channel. */
export type SilenceOrder =
  | { readonly kind: 'list' }
  | {
      readonly kind: 'preview' | 'add'
      readonly matchers: readonly string[]
      readonly for: string
      readonly reason: string
      readonly id: string
    }
  /** `silence`: an id, or its beginning. */
  | { readonly kind: 'expire'; readonly silence: string }

/** What those who bring answers from channels need of the rest. It answers instead of throwing. */
export interface ChannelAnswers {
  give(account: Account, answer: Answer): Promise<AnswerResult>
  declare(account: Account, declaration: Declaration): Promise<AnswerResult>
  /** Of the words behind `maintenance`. */
  maintenance(account: Account, order: MaintenanceOrder): Promise<AnswerResult>
  /** Of the words behind `silence`. */
  silence(account: Account, order: SilenceOrder): Promise<AnswerResult>
  who(account: Account, schedule: string | undefined): Promise<AnswerResult>
  /** A link that logs the owner of the account in; for nobody else's eyes. */
  login(account: Account): Promise<AnswerResult>
  /** For a link that is itself the proof of who opens it. */
  acknowledgeAs(person: string, incidents: readonly number[], commandId: string): Promise<AnswerResult>
}
