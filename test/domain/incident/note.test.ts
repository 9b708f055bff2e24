import { expect, it } from 'vitest'
import { decide } from '../../../src/domain/incident/decide.ts'
import { newIncident } from '../../../src/domain/incident/state.ts'
import { does, settings } from './world.ts'

it.each([
  [{}, 'note', 'noted'],
  [{ identified: true }, 'identified', 'noted as what was wrong'],
] as const)('a note with %o is kept as the fact %s, and answered', (more, type, message) => {
  const note = does(3, 'ana', { type: 'note', text: 'The certificate expired', ...more })
  const { facts, effects, answer } = decide(newIncident(42, 'P1', settings), note)
  expect(facts).toMatchObject([{ actor: 'ana', fact: { type, text: 'The certificate expired' } }])
  expect(effects).toEqual([])
  expect(answer).toMatchObject({ kind: 'done', message })
})
