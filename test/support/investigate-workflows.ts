import type { CollectEvidence, Findings } from '../../activities/investigate.ts'
import { investigate } from '../../workflows/investigate.ts'

export { review } from '../../workflows/post-mortem.ts'

/** An incident reduced to its investigation. */
export async function investigation(input: CollectEvidence): Promise<Findings> {
  return investigate(input)
}
