import { expect, it } from 'vitest'
import { nextOf } from '../../../src/domain/incident/next.ts'
import { minute, storyOf } from './world.ts'

it.each([
  [
    { kind: 'grouping', until: '2026-03-01T03:00:30Z' },
    { kind: 'step-begins', step: 1, at: minute },
  ],
  // Another look is no beginning: nobody can say when what holds it back is over.
  [{ kind: 'inhibited', by: ['DatabaseDown'] }, null],
  [{ kind: 'merged', into: 41, why: { kind: 'person', by: 'ana', reason: 'the same disk' } }, null],
] as const)('what comes next while %j holds a step back', (cause, next) => {
  const suppression = { cause, inMs: minute, firm: false }
  const { state } = storyOf([], { untilMin: 0, paging: () => ({ suppression }) })
  expect(nextOf(state)).toEqual(next)
})
