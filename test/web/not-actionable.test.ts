import { describe, expect, it } from 'vitest'
import { as, incident, now, startWeb } from './world.ts'

const url = '/api/v1/incidents/INC-42/not-actionable'
const reason = 'the deploy was announced'

describe('marking an incident as not actionable', () => {
  it('takes the reason with its actor, also for an incident that is over', async () => {
    const { app, given } = await startWeb({}, { ...incident, state: 'resolved' })
    const answer = await app.inject({ method: 'POST', url, headers: as('responder'), payload: { reason } })
    expect(answer.statusCode).toBe(200)
    expect(given).toEqual([
      {
        verb: 'not-actionable',
        command: { incident: 42, actor: 'ana', at: now, commandId: 'id-1', text: reason },
      },
    ])
  })

  it.each([[{}], [{ reason: '  ' }], [{ reason: 'x'.repeat(2_001) }]])('refuses %j', async (payload) => {
    const { app, given } = await startWeb()
    const answer = await app.inject({ method: 'POST', url, headers: as('responder'), payload })
    expect(answer.statusCode).toBe(400)
    expect(given).toEqual([])
  })

  it('is not for viewers', async () => {
    const { app } = await startWeb()
    const answer = await app.inject({ method: 'POST', url, headers: as('viewer'), payload: { reason } })
    expect(answer.statusCode).toBe(403)
  })
})
