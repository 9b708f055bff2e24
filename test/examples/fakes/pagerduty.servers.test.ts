import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type FakePagerDuty, startFakePagerDuty } from '../../../examples/fakes/pagerduty.ts'
import { routingKey } from '../../support/pages.ts'

describe('the fake PagerDuty', () => {
  let strict: FakePagerDuty
  beforeAll(async () => {
    strict = await startFakePagerDuty()
  })
  afterAll(() => strict.stop())

  const good = {
    routing_key: routingKey,
    event_action: 'trigger',
    dedup_key: 'k',
    payload: { summary: 's', source: 'x', severity: 'info' },
  }
  const bad: [string, unknown][] = [
    ['no routing key', { ...good, routing_key: undefined }],
    ['a short routing key', { ...good, routing_key: 'short' }],
    ['an unknown action', { ...good, event_action: 'page' }],
    ['a long deduplication key', { ...good, dedup_key: 'x'.repeat(256) }],
    ['no payload', { ...good, payload: undefined }],
    ['a long summary', { ...good, payload: { ...good.payload, summary: 'x'.repeat(1025) } }],
    ['half a character', { ...good, payload: { ...good.payload, summary: '\ud83d' } }],
    ['an empty source', { ...good, payload: { ...good.payload, source: '' } }],
    ['an unknown severity', { ...good, payload: { ...good.payload, severity: 'page' } }],
    ['a bad timestamp', { ...good, payload: { ...good.payload, timestamp: 'yesterday' } }],
    ['an image by http', { ...good, images: [{ src: 'http://example.com/a.png' }] }],
    [
      'more than 512 kB',
      { ...good, payload: { ...good.payload, custom_details: { text: 'x'.repeat(512_000) } } },
    ],
    ['a resolve of nothing', { routing_key: routingKey, event_action: 'resolve' }],
  ]

  async function enqueue(event: unknown): Promise<number> {
    const response = await fetch(`${strict.url}/v2/enqueue`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(event),
    })
    await response.text()
    return response.status
  }

  it.each(bad)('refuses %s', async (_, event) => {
    expect(await enqueue(event)).toBe(400)
    expect(strict.received.at(-1)?.errors).not.toEqual([])
  })

  it('takes the event that those were made from, and opens a new incident once it was resolved', async () => {
    expect(await enqueue(good)).toBe(202)
    await enqueue({ routing_key: 'f'.repeat(32), event_action: 'resolve', dedup_key: 'k' })
    await enqueue({ routing_key: routingKey, event_action: 'resolve', dedup_key: 'other' })
    expect(strict.incidents).toMatchObject([{ status: 'triggered' }])
    await enqueue({ routing_key: routingKey, event_action: 'resolve', dedup_key: 'k' })
    await enqueue(good)
    expect(strict.incidents).toMatchObject([{ status: 'resolved' }, { status: 'triggered', triggers: 1 }])
  })
})
