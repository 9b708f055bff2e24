import type { Receiver, ServerMetrics } from '../metrics/server-metrics.ts'
import type { WorkerMetrics } from '../metrics/worker-metrics.ts'
import type { WebDependencies } from '../web/dependencies.ts'
import type { Records } from './records.ts'

type Receivers = Pick<WebDependencies, 'intake' | 'alertmanager'>

/** The same receivers, with everything that passes or is turned away counted. */
export function countedReceivers({ intake, alertmanager }: Receivers, metrics: ServerMetrics): Receivers {
  return {
    intake: {
      parse(body) {
        try {
          return intake.parse(body)
        } catch (error) {
          metrics.intakeRefused('firewatch', 'not-understood')
          throw error
        }
      },
      async accept(alerts) {
        const result = await intake
          .accept(alerts)
          .catch((error: unknown) => refused('firewatch', error, metrics))
        metrics.alertsAccepted('firewatch', result)
        return result
      },
    },
    alertmanager: {
      async receive(body) {
        const receipt = await alertmanager
          .receive(body)
          .catch((error: unknown) => refused('alertmanager', error, metrics))
        metrics.alertsAccepted('alertmanager', receipt)
        if (receipt.problems.length > 0) metrics.intakeRefused('alertmanager', 'not-understood')
        return receipt
      },
    },
  }
}

function refused(receiver: Receiver, error: unknown, metrics: ServerMetrics): never {
  const isTheirs = error instanceof Error && 'statusCode' in error && error.statusCode === 400
  metrics.intakeRefused(receiver, isTheirs ? 'not-understood' : 'not-stored')
  throw error
}

/** The same records, with verdicts counted as they are stored. */
export function countedRecords(records: Records, metrics: WorkerMetrics): Records {
  const { checkRuns } = records
  return {
    ...records,
    checkRuns: {
      ...checkRuns,
      async record(run, decide) {
        const conclusion = await checkRuns.record(run, decide)
        metrics.verdictsStored(conclusion.verdicts)
        return conclusion
      },
    },
  }
}
