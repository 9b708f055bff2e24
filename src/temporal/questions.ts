import { connectionSettings, type TemporalAccess } from './access.ts'
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
  readonly temporalAccess: TemporalAccess
}): TemporalQuestions {
  let opened: ReturnType<typeof open> | undefined
  const questions = () => {
    if (opened === undefined) {
      opened = open(to)
      // What could not be loaded, such as a certificate that is not there yet, is tried again.
      opened.catch(() => (opened = undefined))
    }
    return opened
  }
  return {
    async answers() {
      const { connection } = await questions()
      const ask = () => connection.workflowService.getSystemInfo({})
      await connection.withDeadline(Date.now() + answerWithinMs, ask)
    },
    reviewTrouble: async (incident) => (await questions()).progress.trouble(incident),
    close: async () => (await opened?.catch(() => undefined))?.connection.close(),
  }
}

async function open({
  temporalAddress: address,
  temporalNamespace: namespace,
  temporalAccess: access,
}: Parameters<typeof createTemporalQuestions>[0]) {
  const { Client, Connection } = await import('@temporalio/client')
  const { createReviewProgress } = await import('./review-progress.ts')
  const connection = Connection.lazy(await connectionSettings(address, access))
  return { connection, progress: createReviewProgress(new Client({ connection, namespace })) }
}
