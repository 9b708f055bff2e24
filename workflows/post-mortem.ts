import { isCancellation, proxyActivities, rootCause, setCurrentDetails } from '@temporalio/workflow'
import type { PostMortemActivities } from '../activities/post-mortem.ts'
import { incidentName } from '../src/domain/investigate/evidence.ts'

export interface ReviewInput {
  readonly incident: number
}

/** Longer than a store is away; after that somebody has to look what is wrong, and the timeline says so. */
const longest = '1d'

/**
 * The story of a review, `review/INC-42`, which the incident's workflow starts when it is resolved.
 *
 * Decision: it ends when the draft is stored. Its action items live in the document until there are tickets to follow; then it lives on until
 * the last of them is proven done, under the same id.
 */
export async function review({ incident }: ReviewInput): Promise<void> {
  const name = incidentName(incident)
  setCurrentDetails(`Post-mortem of ${name}\n\nDrafting from the records of the incident.`)
  const { draftReview, giveUpReview } = proxyActivities<PostMortemActivities>({
    startToCloseTimeout: '1m',
    scheduleToCloseTimeout: longest,
    retry: { maximumInterval: '5m' },
    summary: `Draft the post-mortem of ${name}`,
  })
  const { file, passed, checks } = await draftReview({ incident }).catch(async (error: unknown) => {
    if (!isCancellation(error)) await giveUpReview({ incident, reason: rootCause(error) ?? 'unknown' })
    throw error
  })
  setCurrentDetails(
    `Post-mortem of ${name}\n\nDrafted as ${file}; ${passed} of ${checks} checks hold, the rest is for people.`,
  )
}
