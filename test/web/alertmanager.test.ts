import { describe, expect, it } from 'vitest'
import { integrationSource } from '../../src/domain/alert/alert.ts'
import { createReception } from '../../src/intake/reception.ts'
import { createAlertmanagerReceiver } from '../../src/intake/alertmanager-receiver.ts'
import { mixedNotification, notificationOf } from '../intake/alertmanager-payloads.ts'
import { noQuota } from '../support/quota.ts'
import { as, now, startWeb, takesNothing } from './world.ts'

const url = '/api/v1/intake/alertmanager'

async function webWith(accept: (alerts: readonly unknown[]) => Promise<void> = async () => undefined) {
  const warned: object[] = []
  const alertmanager = createAlertmanagerReceiver({
    handIn: createReception({
      accept: async (alerts) => {
        await accept(alerts)
        return { accepted: alerts.length, duplicates: 0 }
      },
      keepChanges: async () => 0,
      withinQuota: noQuota,
    }),
    log: { warn: (fields) => void warned.push(fields) },
  })
  const context = (sender: string) => ({
    source: integrationSource(sender),
    now: new Date(now),
    newId: () => '',
  })
  const intake = {
    ...takesNothing,
    alertmanager: (body: unknown, sender: string) => alertmanager.receive(body, context(sender)),
    firewatch: () => Promise.reject(new Error('another address')),
    alertmanagerApi: () => Promise.reject(new Error('another address')),
  }
  const { app } = await startWeb({ intake })
  const send = (payload: object, headers: Record<string, string> = as('responder')) =>
    app.inject({ method: 'POST', url, headers, payload })
  return { app, send, warned }
}

describe('the address for Alertmanager', () => {
  it('needs a token of a responder', async () => {
    const { send } = await webWith()
    expect((await send(mixedNotification, {})).statusCode).toBe(401)
    expect((await send(mixedNotification, { authorization: 'Bearer guess' })).statusCode).toBe(401)
    expect((await send(mixedNotification, as('viewer'))).statusCode).toBe(403)
    expect((await send(mixedNotification)).statusCode).toBe(202)
  })

  it('answers only after the alerts are stored', async () => {
    let stored = false
    const { send } = await webWith(async () => {
      await new Promise((resolve) => setImmediate(resolve))
      stored = true
    })
    const answer = await send(mixedNotification)
    expect([answer.json(), stored]).toEqual([{ accepted: 2, duplicates: 0 }, true])
  })

  it.each(['ECONNREFUSED', '57P01', '53100', '53300', '25006'])(
    'answers 503 with Retry-After when they cannot be stored (%s), so that Alertmanager repeats them',
    async (code) => {
      const { send } = await webWith(() => Promise.reject(Object.assign(new Error('no'), { code })))
      const answer = await send(mixedNotification)
      expect([answer.statusCode, answer.headers['retry-after']]).toEqual([503, '5'])
    },
  )

  it('names each bad path of a body that is no notification', async () => {
    const { send } = await webWith()
    const answer = await send({ version: '3', receiver: 'x' })
    expect(answer.statusCode).toBe(400)
    expect(answer.json().problems).toEqual([
      `version: must be "4": this is the address for Alertmanager's webhook, and for Grafana's`,
      'alerts: must be a list of alerts',
    ])
  })

  it('stores the sound alerts of a group, and says which are not', async () => {
    const stored: unknown[] = []
    const { send } = await webWith(async (alerts) => void stored.push(...alerts))
    const answer = await send(
      notificationOf([{}, { labels: 7 }, ...Array.from({ length: 30 }, () => ({ status: 'odd' }))]),
    )
    expect(answer.statusCode).toBe(400)
    expect(answer.json()).toMatchObject({
      accepted: 1,
      error: 'some alerts are not understood and were not stored; the others were',
    })
    const { problems } = answer.json<{ problems: string[] }>()
    expect([problems[0], problems.at(-1), problems.length]).toEqual([
      'alerts[1].labels: must be a map of names and texts',
      'and 11 more',
      21,
    ])
    expect(stored).toHaveLength(1)
  })

  it('takes a storm of one group in one request', async () => {
    const { send } = await webWith()
    const storm = notificationOf(
      Array.from({ length: 10_000 }, (_, index) => ({
        fingerprint: `f${index}`,
        annotations: { description: 'x'.repeat(400) },
      })),
    )
    const answer = await send(storm)
    expect([answer.statusCode, answer.json()]).toEqual([202, { accepted: 10_000, duplicates: 0 }])
  })

  it('warns when Alertmanager left alerts out', async () => {
    const { send, warned } = await webWith()
    await send(notificationOf([{}], { truncatedAlerts: 3 }))
    expect(warned).toEqual([{ receiver: 'firewatch', withheld: 3 }])
  })
})
