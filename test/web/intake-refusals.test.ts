import { describe, expect, it } from 'vitest'
import { SenderHeldBack } from '../../src/intake/quota.ts'
import { heldBackStatus } from '../../src/web/intake-refusals.ts'
import type { Intake } from '../../src/web/intake.ts'
import { as, startWeb, takesNothing } from './world.ts'

const heldBack = () =>
  Promise.reject(new SenderHeldBack('over its limit of 60 alerts a minute; come again in 7 s', 7))

const holdsBack: Intake = {
  firewatch: heldBack,
  alertmanager: heldBack,
  alertmanagerApi: heldBack,
  pagerDuty: { enqueue: heldBack, enqueueChange: heldBack },
  opsgenie: { ...takesNothing.opsgenie, create: heldBack, close: heldBack },
}

describe('a sender that is held back hears what makes it come again', () => {
  const key = { routing_key: 'sender-secret' }
  it.each([
    ['/api/v1/alerts', {}, 429, { error: expect.stringContaining('over its limit of 60 alerts a minute') }],
    ['/api/v1/intake/alertmanager', {}, 503, { error: expect.stringContaining('come again in 7 s') }],
    ['/v2/enqueue', key, 429, { status: 'throttle exceeded' }],
    ['/v2/change/enqueue', key, 429, { status: 'throttle exceeded' }],
    ['/v2/alerts', {}, 429, { message: expect.stringContaining('over its limit') }],
    ['/v2/alerts/x/close', {}, 429, { message: expect.stringContaining('over its limit') }],
  ])('%s', async (url, payload, status, body) => {
    const { app } = await startWeb({ intake: holdsBack })
    const answer = await app.inject({ method: 'POST', url, headers: as('sender'), payload })
    expect([answer.statusCode, answer.headers['retry-after']]).toEqual([status, '7'])
    expect(answer.json()).toMatchObject(body)
  })

  it('of receivers that are not named it is 429', () => {
    expect(['/api/v2/alerts', '/elsewhere', undefined].map(heldBackStatus)).toEqual([503, 429, 429])
  })
})
