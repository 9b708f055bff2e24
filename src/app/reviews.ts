import { incidentName } from '../domain/investigate/evidence.ts'
import { nodesUnder } from '../domain/investigate/cause-tree.ts'
import type { CommandAnswer, NoteCommand } from '../domain/incident/messages.ts'
import { notActionableEntry, notActionableIn } from '../domain/incident/not-actionable.ts'
import { sectionTitles } from '../domain/post-mortem/brief-line.ts'
import {
  answeredDraft,
  edited,
  published,
  type Changed,
  type ReviewDocument,
} from '../domain/post-mortem/document.ts'
import type { NewTimelineEntry } from '../domain/incident/timeline.ts'
import type { StoredReview } from '../domain/post-mortem/stored-review.ts'
import { writeReview } from '../../activities/post-mortem.ts'
import type { ReviewAnswer, ReviewService, SettleCause } from '../web/review-service.ts'
import { loaded } from './loaded.ts'
import type { Records } from './records.ts'
import type { Drafting } from './review-drafting.ts'

export interface ReviewParts {
  readonly records: Records
  readonly dataDir: string
  /** Why an incident has no review. */
  readonly trouble: (incident: number) => Promise<string | undefined>
  readonly now: () => Date
}

/** What people do with reviews. What drafts and renders is loaded when it is needed, which in a server is seldom. */
export function createReviews({ records, dataDir, trouble, now }: ReviewParts): ReviewService {
  const { reviews, timeline } = records
  const drafting = loaded(false, async () => {
    const { createDrafting } = await import('./review-drafting.ts')
    return createDrafting(records, dataDir, now)
  })
  const redraft = async (incident: number): Promise<void> => {
    if ((await reviews.get(incident)) !== undefined) await (await drafting()).draftReview({ incident })
  }
  const current = async (incident: number): Promise<StoredReview | undefined> => {
    const found = await reviews.get(incident)
    if (found?.document !== null) return found
    await redraft(incident)
    return reviews.get(incident)
  }
  const change = (incident: number, asked: Asked) =>
    changeReview({ records, drafting, current }, incident, asked)

  return {
    get: current,
    list: (filter) => reviews.list(filter),
    trouble,
    edit: ({ incident, ...edit }) =>
      change(incident, {
        decide: (document) => edited(document, edit),
        fact: (version, sections) => ({ type: 'review-edited', version, sections }),
        ...edit,
      }),
    answerDraft: ({ incident, ...answer }) =>
      change(incident, {
        decide: (document) => answeredDraft(document, answer),
        fact: (version, sections) => ({ type: 'review-edited', version, sections }),
        ...answer,
      }),
    publish: ({ incident, ...publication }) =>
      change(incident, {
        decide: (document) => published(document, publication),
        fact: (version) => ({ type: 'review-published', version }),
        ...publication,
      }),
    redraft,
    settleCause: (settle) => settleCause(records, redraft, settle),
    async note({ incident, commandId, at, actor, text }) {
      const fact = { type: 'note', text } as const
      await timeline.append({ incident, eventKey: `note/after/${commandId}`, at, actor, fact })
      await redraft(incident)
      return { changed: true, message: `noted after the end of ${incidentName(incident)}` }
    },
    markNotActionable: (command) => markNotActionable(records, redraft, command),
  }
}

/** A change that somebody asked for: what the document becomes, and what the timeline is told. */
interface Asked {
  readonly by: string
  readonly at: string
  readonly decide: (document: ReviewDocument) => Changed
  readonly fact: (version: number, sections: readonly string[]) => NewTimelineEntry['fact']
}

interface Changing {
  readonly records: Pick<Records, 'reviews'>
  readonly drafting: () => Promise<Drafting>
  readonly current: (incident: number) => Promise<StoredReview | undefined>
}

async function changeReview(
  { records, drafting, current }: Changing,
  incident: number,
  { by, at, decide, fact }: Asked,
): Promise<ReviewAnswer> {
  // One of before there were sections is drafted anew first.
  if ((await current(incident)) === undefined) return { kind: 'none' }
  const { renderReview, folder } = await drafting()
  let came: Changed = { kind: 'unchanged' }
  const review = await records.reviews.change(incident, (stored) => {
    if (stored === undefined || stored.document === null) return undefined
    came = decide(stored.document)
    if (came.kind !== 'changed') return undefined
    const { document } = came
    const files = renderReview({ review: stored.model, document, chart: stored.chart })
    const titles = came.sections.map((name) => sectionTitles[name])
    const entry = {
      incident,
      eventKey: `review/${document.version}`,
      at,
      actor: by,
      fact: fact(document.version, titles),
    }
    return { review: { ...stored, ...files, document }, entries: [entry] }
  })
  const answer = came as Changed
  if (review === undefined) return { kind: 'none' }
  if (answer.kind === 'conflict') return { kind: 'conflict', review, sections: answer.sections }
  if (answer.kind === 'changed') await writeReview(folder, review)
  return { kind: 'done', review, sections: answer.kind === 'changed' ? answer.sections : [] }
}

/** A person's word on a cause, on the timeline; the review is drafted anew from that. */
async function settleCause(
  { reviews, timeline }: Pick<Records, 'reviews' | 'timeline'>,
  redraft: (incident: number) => Promise<void>,
  { incident, cause, verdict, reason, actor, at, commandId }: SettleCause,
): Promise<CommandAnswer | { readonly unknown: readonly string[] }> {
  const nodes = ((await reviews.get(incident))?.model.trees ?? []).flatMap(({ causes }) =>
    causes.flatMap(nodesUnder),
  )
  const node = nodes.find(({ id }) => id === cause)
  if (node === undefined) return { unknown: nodes.map(({ id }) => id) }
  const fact = { type: 'cause-settled', cause, claim: node.claim, verdict, reason } as const
  await timeline.append({ incident, eventKey: `cause/${commandId}`, at, actor, fact })
  await redraft(incident)
  return { changed: true, message: `cause ${cause} of ${incidentName(incident)} is ${verdict}` }
}

/** Keeps a person's word that an incident was not actionable, at any time of its life; a repeat after a crash makes up for what is missing. */
async function markNotActionable(
  { timeline }: Pick<Records, 'timeline'>,
  redraft: (incident: number) => Promise<void>,
  command: NoteCommand,
): Promise<CommandAnswer> {
  const { incident } = command
  const name = incidentName(incident)
  const before = notActionableIn(await timeline.ofIncident(incident))
  if (before === undefined) await timeline.append(notActionableEntry(command))
  await redraft(incident)
  return before === undefined
    ? { changed: true, message: `${name} is marked as not actionable` }
    : { changed: false, message: `${before.by} marked ${name} before: ${before.reason}` }
}
