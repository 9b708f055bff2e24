import type { AttemptOutcome } from '../../domain/remediate/remediation.ts'

const words: Readonly<Record<AttemptOutcome, readonly [string, string]>> = {
  helped: ['✓', 'it helped'],
  'no-effect': ['–', 'it had no effect'],
  harmed: ['▼', 'it made things worse'],
  unknown: ['?', 'what it did is not known'],
  refused: ['■', 'a guard refused it'],
  cleared: ['✓', 'the trouble was over before the act'],
}

/** How an attempt ended, as a sign and in words; while it lasts, its state. */
export function outcomeWords(outcome: AttemptOutcome | null, state: string): readonly [string, string] {
  return outcome === null ? ['…', state] : words[outcome]
}
