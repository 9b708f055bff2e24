import { type Client, WorkflowNotFoundError } from '@temporalio/client'
import { incidentName } from '../domain/investigate/evidence.ts'
import { errorMessage } from '../domain/values/error-message.ts'

/** Why a review that follows an incident is not there. */
export interface ReviewProgress {
  /**
   * One sentence: that its draft failed, how often and why, or that this cannot be asked. `undefined` while nothing has failed: it is being
   * drafted, or its incident goes on.
   */
  trouble(incident: number): Promise<string | undefined>
}

/** Asks the review's own workflow, `review/INC-42`, which tries the draft again while that may help. */
export function createReviewProgress(client: Client, answerWithinMs = 2_000): ReviewProgress {
  return {
    async trouble(incident) {
      const handle = client.workflow.getHandle(`review/${incidentName(incident)}`)
      const deadline = Date.now() + answerWithinMs
      try {
        const { status, raw } = await client.withDeadline(deadline, () => handle.describe())
        const failing = raw.pendingActivities?.find(({ lastFailure }) => lastFailure)
        if (failing !== undefined)
          return `its draft failed ${times((failing.attempt ?? 2) - 1)} and is tried again: ${innermost(failing.lastFailure)}`
        if (status.name === 'RUNNING' || status.name === 'COMPLETED') return undefined
        return `its draft failed for good: ${await client.withDeadline(deadline, () => endOf(handle))}`
      } catch (error) {
        if (error instanceof WorkflowNotFoundError) return undefined
        return `whether its draft failed cannot be asked: ${errorMessage(error)}`
      }
    },
  }
}

async function endOf(handle: ReturnType<Client['workflow']['getHandle']>): Promise<string> {
  try {
    await handle.result()
    return 'it ended without one'
  } catch (error) {
    return error instanceof Error ? innermost(error) : String(error)
  }
}

/** As the server keeps a failure and as the client throws it. */
interface Failure {
  readonly message?: string | null
  readonly cause?: unknown
}

function innermost(failure: Failure | null | undefined): string {
  const cause = failure?.cause as Failure | null | undefined
  return cause ? innermost(cause) : (failure?.message ?? 'no reason given')
}

function times(count: number): string {
  return count === 1 ? 'once' : `${count} times`
}
