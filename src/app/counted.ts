import { SenderHeldBack } from '../intake/quota.ts'
import type { IntakeReceipt } from '../intake/reception.ts'
import type { Receiver, Refusal, ServerMetrics } from '../metrics/server-metrics.ts'
import type { WorkerMetrics } from '../metrics/worker-metrics.ts'
import { StoreBusy } from '../postgres/errors.ts'
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
  metrics.intakeRefused(receiver, reasonOf(error))
  throw error
}

function reasonOf(error: unknown): Refusal {
  if (error instanceof SenderHeldBack) return 'over-limit'
  if (error instanceof StoreBusy) return 'busy'
  const isTheirs = error instanceof Error && 'statusCode' in error && error.statusCode === 400
  return isTheirs ? 'not-understood' : 'not-stored'
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
