import type { Explanation } from './explanation.ts'
import type { Effect } from './remediation.ts'

/** Whether an act took place outside, and what tells so. */
export interface ActResult {
  readonly effect: Effect
  /** What the target answered, or why it did not: `HTTP 200`, `connection refused`. */
  readonly summary: string
  /** Why that could not be kept as evidence. */
  readonly unkept?: string
}

/** Nothing can tell: the action has no `probeUrl`, and is not declared `idempotent`, so it is not sent again. */
export interface NotProbed {
  readonly effect: 'unknown'
  readonly probed: false
}

/** What is known of an act in the end; an act that is not known to be done is not verified, and `explanation` says why. */
export type KnownAct =
  | { readonly effect: 'done' }
  | { readonly effect: 'not-done' | 'unknown'; readonly explanation: Explanation }

/** @param found when its own answer left open whether it took place: what asking came to */
export function knownAct(
  { action, target }: { readonly action: string; readonly target: string },
  acted: ActResult,
  found: ActResult | NotProbed = acted,
): KnownAct {
  const { effect } = found
  if (effect === 'done') return { effect }
  const { summary } = acted
  if ('probed' in found) return { effect, explanation: { kind: 'not-probed', action, target, summary } }
  if (effect === 'not-done')
    return { effect, explanation: { kind: 'not-carried-out', summary: found.summary } }
  const probed = found === acted ? {} : { probed: found.summary }
  return { effect, explanation: { kind: 'effect-unknown', summary, ...probed } }
}
