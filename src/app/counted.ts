import type { IntakeReceipt } from '../intake/reception.ts'
import type { Receiver, ServerMetrics } from '../metrics/server-metrics.ts'
import type { WorkerMetrics } from '../metrics/worker-metrics.ts'
import type { Records } from './records.ts'

/** Hands in what a request says, with everything that passes or is turned away counted. */
export async function countedReceipt<Receipt extends IntakeReceipt>(
  receiver: Receiver,
  metrics: ServerMetrics,
  handIn: () => Promise<Receipt>,
): Promise<Receipt> {
  const receipt = await handIn().catch((error: unknown) => refused(receiver, error, metrics))
  metrics.alertsAccepted(receiver, receipt)
  if (receipt.problems.length > 0) metrics.intakeRefused(receiver, 'not-understood')
  return receipt
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
