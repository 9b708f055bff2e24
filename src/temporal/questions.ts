import type { ReviewProgress } from './review-progress.ts'

/** What a server asks Temporal, which is seldom: whatever is decided, workflows hear of it from a worker. */
export interface TemporalQuestions {
  /** @throws when it does not answer in time */
  answers(): Promise<void>
  /** Why a review is not there, in one sentence; see {@link ReviewProgress}. */
  reviewTrouble: ReviewProgress['trouble']
  close(): Promise<void>
}

const answerWithinMs = 2_000

/** The client is loaded and connects once something is asked: it takes 25 MiB of a process that may never need it. */
export function createTemporalQuestions(to: {
  readonly temporalAddress: string
  readonly temporalNamespace: string
}): TemporalQuestions {
  let opened: ReturnType<typeof open> | undefined
  const questions = () => (opened ??= open(to))
  return {
    async answers() {
      const { connection } = await questions()
      const ask = () => connection.workflowService.getSystemInfo({})
      await connection.withDeadline(Date.now() + answerWithinMs, ask)
    },
    reviewTrouble: async (incident) => (await questions()).progress.trouble(incident),
    close: async () => (await opened)?.connection.close(),
  }
}

async function open({
  temporalAddress: address,
  temporalNamespace: namespace,
}: Parameters<typeof createTemporalQuestions>[0]) {
  const { Client, Connection } = await import('@temporalio/client')
  const { createReviewProgress } = await import('./review-progress.ts')
  const connection = Connection.lazy({ address })
  return { connection, progress: createReviewProgress(new Client({ connection, namespace })) }
}
