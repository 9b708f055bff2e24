import {
  createPostMortemActivities,
  type PostMortemActivities,
  type PostMortemDependencies,
} from '../../activities/post-mortem.ts'
import { renderPng } from '../chart/render.ts'
import { loadReviewTemplate } from '../templates/review.ts'
import { sectionTexts } from '../templates/section-text.ts'
import type { Records } from './records.ts'
import { reviewFolder } from './review-folder.ts'

type DraftingParts = Pick<PostMortemDependencies, 'sectionTexts' | 'renderReview' | 'renderChart' | 'folder'>

export type Drafting = DraftingParts & PostMortemActivities

/** What drafting needs beside records and a clock. @param dataDir where the folder of reviews is */
export async function draftingParts(dataDir: string): Promise<DraftingParts> {
  return {
    sectionTexts,
    renderReview: await loadReviewTemplate(),
    renderChart: renderPng,
    folder: reviewFolder(dataDir),
  }
}

/** Drafts reviews from a server: as the review's workflow does in a worker. */
export async function createDrafting(records: Records, dataDir: string, now: () => Date): Promise<Drafting> {
  const parts = await draftingParts(dataDir)
  return { ...parts, ...createPostMortemActivities({ ...records, ...parts, now }) }
}
