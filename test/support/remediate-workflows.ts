import { condition, defineSignal, setHandler } from '@temporalio/workflow'
import type { RemediationEnd } from '../../src/domain/incident/event.ts'
import { remediate, type Remediation } from '../../workflows/remediate.ts'

export { remediationAttempt } from '../../workflows/remediate.ts'

export const stopSignal = defineSignal('stop')
export const clearSignal = defineSignal('clear')

export type Descent = Pick<Remediation, 'incident' | 'ladder' | 'sampleEveryMs'>

/** An incident reduced to its remediation: people stop it and alerts clear by signal. */
export async function descent(input: Descent): Promise<RemediationEnd & { said: string[] }> {
  const said: string[] = []
  let stopped = false
  let cleared = false
  setHandler(stopSignal, () => void (stopped = true))
  setHandler(clearSignal, () => void (cleared = true))
  const result = await remediate({
    ...input,
    standing: async () => ({ stopped, cleared }),
    say: async (text) => void said.push(text),
  })
  return { ...result, said }
}

/** Holds a workflow id until it is ended from outside. */
export async function holder(): Promise<void> {
  await condition(() => false)
}
