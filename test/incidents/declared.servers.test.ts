import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Declaration, declaredAlert } from '../../src/domain/alert/declaration.ts'
import { type Incidents, startIncidents } from '../support/incidents.ts'
import { user } from '../support/pages.ts'

let incidents: Incidents

beforeAll(async () => {
  incidents = await startIncidents()
})
afterAll(() => incidents?.stop())

const hook = { channel: 'webhook', url: '${env:HOOK}' } as const

describe('N23: incidents that people declare', () => {
  it('keep their words, and each is its own: a second one pages though the first is acknowledged', async () => {
    const { story } = await incidents.begin({ more: { users: { ana: user('ana', [hook]) } } })
    const { declarations, commands } = incidents.records
    const declaration = (id: string): Declaration => ({
      id,
      title: 'nobody can pay',
      service: 'feed',
      severity: 'P1',
      by: 'ben',
      at: new Date(incidents.now()).toISOString(),
    })
    const declare = async (id: string) => {
      const declared = declaration(id)
      await story.deliver([declaredAlert(declared)])
      // The same declaration once more finds what it opened.
      return declarations.declare(declared)
    }
    const first = await declare('first')
    expect(first).toMatchObject({
      paged: ['ana'],
      incident: { title: 'nobody can pay', severity: 'P1' },
    })
    const { number = 0 } = first?.incident ?? {}
    const at = new Date(incidents.now()).toISOString()
    await commands.acknowledge({ incident: number, actor: 'ana', at, commandId: 'acknowledge-first' })

    const second = await declare('second')
    expect(second).toMatchObject({
      paged: ['ana'],
      incident: { title: 'nobody can pay', state: 'open' },
    })
    expect(second?.incident.number).toBeGreaterThan(number)
    expect(story.calls()).toEqual(['r0/s1/ana/c0', 'r0/s1/ana/c0'])
  })
})
