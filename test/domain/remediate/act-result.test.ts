import { describe, expect, it } from 'vitest'
import {
  type ActResult,
  knownAct,
  type KnownAct,
  type NotProbed,
} from '../../../src/domain/remediate/act-result.ts'
import type { Effect } from '../../../src/domain/remediate/remediation.ts'

const rung = { action: 'restart', target: 'feed-1' }
const acted = (effect: Effect, summary: string): ActResult => ({ effect, summary })
const lost = acted('unknown', 'HTTP 504')

describe('what is known of an act', () => {
  it.each<[string, ActResult, ActResult | NotProbed | undefined, KnownAct]>([
    ['its answer says done', acted('done', 'HTTP 200'), undefined, { effect: 'done' }],
    [
      'its answer says not done',
      acted('not-done', 'HTTP 404'),
      undefined,
      { effect: 'not-done', explanation: { kind: 'not-carried-out', summary: 'HTTP 404' } },
    ],
    ['the target says done', lost, acted('done', 'applied'), { effect: 'done' }],
    [
      'the target says not done',
      lost,
      acted('not-done', 'not applied'),
      { effect: 'not-done', explanation: { kind: 'not-carried-out', summary: 'not applied' } },
    ],
    [
      'the target does not say',
      lost,
      acted('unknown', 'HTTP 503'),
      {
        effect: 'unknown',
        explanation: { kind: 'effect-unknown', summary: 'HTTP 504', probed: 'HTTP 503' },
      },
    ],
    [
      'the target said the same twice',
      lost,
      acted('unknown', 'HTTP 504'),
      {
        effect: 'unknown',
        explanation: { kind: 'effect-unknown', summary: 'HTTP 504', probed: 'HTTP 504' },
      },
    ],
    [
      'nothing can tell',
      lost,
      { effect: 'unknown', probed: false },
      { effect: 'unknown', explanation: { kind: 'not-probed', ...rung, summary: 'HTTP 504' } },
    ],
  ])('when %s', (_, first, found, known) => {
    expect(knownAct(rung, first, found)).toEqual(known)
  })
})
