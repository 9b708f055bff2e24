import type { CauseVerdict } from '../domain/facts/fact.ts'
import type { Command, CommandAnswer, NoteCommand } from '../domain/incident/messages.ts'
import type { SectionName } from '../domain/post-mortem/brief-line.ts'
import type { Author, SectionTexts } from '../domain/post-mortem/document.ts'
import type { ListedReview, ReviewListFilter, StoredReview } from '../domain/post-mortem/stored-review.ts'

/** A change against the version that its author saw. */
interface Against extends Author {
  readonly incident: number
  readonly version: number
}

export interface SettleCause extends Command {
  readonly cause: string
  readonly verdict: CauseVerdict
  readonly reason: string
}

/** What came of a change: `sections` are those that changed, of a conflict those that somebody else changed since. */
export type ReviewAnswer =
  | {
      readonly kind: 'done' | 'conflict'
      readonly review: StoredReview
      readonly sections: readonly SectionName[]
    }
  | { readonly kind: 'none' }

/** What people do with reviews. */
export interface ReviewService {
  get(incident: number): Promise<StoredReview | undefined>
  /** Newest incident first. */
  list(filter: ReviewListFilter): Promise<readonly ListedReview[]>
  /** Why one is not there, in a sentence; `undefined` when nothing has gone wrong. */
  trouble(incident: number): Promise<string | undefined>
  edit(edit: Against & { readonly texts: Partial<SectionTexts> }): Promise<ReviewAnswer>
  /** A newer draft of a section takes the place of what people wrote, or does not. */
  answerDraft(
    answer: Against & { readonly section: SectionName; readonly choice: 'take' | 'keep' },
  ): Promise<ReviewAnswer>
  publish(publication: Against): Promise<ReviewAnswer>
  /** Drafts it from the records as they are now; what people wrote stays. */
  redraft(incident: number): Promise<void>
  /** `unknown` names the causes that there are. */
  settleCause(settle: SettleCause): Promise<CommandAnswer | { readonly unknown: readonly string[] }>
  /** Adds a note after the end of an incident. */
  note(command: NoteCommand): Promise<CommandAnswer>
  /** Keeps that an incident asked nothing of anybody; `text` is the reason. Also of one that is over. */
  markNotActionable(command: NoteCommand): Promise<CommandAnswer>
}
