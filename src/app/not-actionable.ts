import { createPostMortemActivities } from '../../activities/post-mortem.ts'
import { renderPng } from '../chart/render.ts'
import { incidentName } from '../domain/investigate/evidence.ts'
import type { CommandAnswer, NoteCommand } from '../domain/incident/messages.ts'
import { notActionableEntry, notActionableIn } from '../domain/incident/not-actionable.ts'
import type { Records } from './records.ts'
import { reviewFolder } from './review-folder.ts'

/**
 * Keeps a person's word that an incident was not actionable, at any time of its life. A review that is still a draft is drafted again, so
 * that it says so too; a repeat after a crash makes up for what is missing.
 */
export function createNotActionable(records: Records, dataDir: string, now: () => Date) {
  return {
    async mark(command: NoteCommand): Promise<CommandAnswer> {
      const { incident } = command
      const name = incidentName(incident)
      const before = notActionableIn(await records.timeline.ofIncident(incident))
      if (before === undefined) await records.timeline.append(notActionableEntry(command))
      if ((await records.reviews.get(incident)) !== undefined) await redraft(records, dataDir, incident, now)
      return before === undefined
        ? { changed: true, message: `${name} is marked as not actionable` }
        : { changed: false, message: `${before.by} marked ${name} before: ${before.reason}` }
    },
  }
}

/** What drafts is loaded when it is needed, which in a server is seldom. */
async function redraft(records: Records, dataDir: string, incident: number, now: () => Date): Promise<void> {
  const { loadReviewTemplate } = await import('../templates/review.ts')
  const postMortem = createPostMortemActivities({
    ...records,
    reviews: { add: (review) => records.reviews.redraft(review) },
    renderReview: await loadReviewTemplate(),
    renderChart: renderPng,
    folder: reviewFolder(dataDir),
    now,
  })
  await postMortem.draftReview({ incident })
}
