import { describe, expect, test } from 'vitest'
import { run } from '../../../src/domain/incident/run.ts'
import { newIncident, readState } from '../../../src/domain/incident/state.ts'
import { does, fires, minute, settings } from './world.ts'

const owner = { person: 'ana', since: minute, until: null, toldFiring: 1 }

/** As states were stored before anybody was told that it fires again, and before follow-ups of a resolve were counted. */
function storedBefore(phase: 'open' | 'monitoring'): unknown {
  const { occasions, ...state } = newIncident(42, 'P1', settings)
  const { resolved: _resolved, again: _again, ...counted } = occasions
  return structuredClone({ ...state, phase, owner, occasions: { ...counted, acknowledged: 1 } })
}

describe('an incident that is open over an upgrade', () => {
  test('is resolved, and everybody hears of it', async () => {
    const event = does(5, 'ana', { type: 'resolve', anyway: true })
    const { changes } = await run(readState(storedBefore('open')), event, () => Promise.resolve(null))
    expect(changes).toContainEqual({ type: 'follow-up', kind: 'resolved', occasion: 0, actor: 'ana' })
  })

  test('fires again, and its owner hears of it', async () => {
    const asked: unknown[] = []
    await run(readState(storedBefore('monitoring')), fires(5, 1), (reading) => {
      asked.push(reading)
      return Promise.resolve(null)
    })
    expect(asked).toContainEqual({ type: 'read-person', kind: 'again', person: 'ana', occasion: 0 })
  })
})
