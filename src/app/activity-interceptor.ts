import { ApplicationFailure } from '@temporalio/common'
import type { ActivityInterceptorsFactory } from '@temporalio/worker'
import { storeErrorIn } from '../postgres/errors.ts'
import { incidentOfInput } from './log-incident.ts'

/** A failure of PostgreSQL that would come again whatever is done is not tried again: else it would hold a workflow up for ever. */
export function endFinalFailures(): ActivityInterceptorsFactory {
  return () => ({
    inbound: {
      async execute(input, next) {
        try {
          return await next(input)
        } catch (error) {
          const failure = storeErrorIn(error)
          if (failure?.fault !== 'final' || error instanceof ApplicationFailure) throw error
          throw ApplicationFailure.create({
            message: `PostgreSQL refuses this for good (${failure.code ?? 'no code'}): ${failure.message}`,
            type: 'StoreError',
            nonRetryable: true,
            cause: failure,
          })
        }
      },
    },
  })
}

/** Puts the incident into everything that is logged of an activity, logs each try that an incident's activity ends, and measures all of them. */
export function observeActivities(
  ended: (activity: string, outcome: 'done' | 'failed', seconds: number) => void,
): ActivityInterceptorsFactory {
  return ({ info: { activityType, attempt }, log }) => {
    let incident: string | undefined
    return {
      inbound: {
        async execute(input, next) {
          incident = incidentOfInput(input.args)
          const begun = performance.now()
          const measure = (outcome: 'done' | 'failed') =>
            ended(activityType, outcome, (performance.now() - begun) / 1_000)
          try {
            const result = await next(input)
            measure('done')
            if (incident !== undefined)
              log.info(activityType, { attempt, ms: Math.round(performance.now() - begun) })
            return result
          } catch (error) {
            // The worker logs the failure itself.
            measure('failed')
            throw error
          }
        },
      },
      outbound: {
        getLogAttributes: (input, next) => next(incident === undefined ? input : { ...input, incident }),
      },
    }
  }
}
