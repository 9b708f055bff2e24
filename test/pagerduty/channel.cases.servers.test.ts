import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type FakePagerDuty, startFakePagerDuty } from '../../examples/fakes/pagerduty.ts'
import type { PageMessage } from '../../src/domain/page/page.ts'
import { severities } from '../../src/domain/values/severity.ts'
import { createPost } from '../../src/http/post.ts'
import { createPagerDutyChannel } from '../../src/pagerduty/channel.ts'
import { pageMessage, routingKey } from '../support/pages.ts'

const { post, close } = createPost()
let pagerDuty: FakePagerDuty

async function send(change: Partial<PageMessage>) {
  const channel = createPagerDutyChannel({
    post,
    defaultUrl: pagerDuty.url,
    timeoutMs: 2_000,
    resolveSecret: (reference) => Promise.resolve(reference === '${env:KEY}' ? routingKey : reference),
    now: () => new Date('2026-03-01T03:00:00Z'),
  })
  const contact = { channel: 'pagerduty', routingKey: '${env:KEY}' } as const
  const outcome = await channel.send(contact, pageMessage(change), new AbortController().signal)
  const event = pagerDuty.received.at(-1)?.event ?? {}
  return { outcome, event, payload: event['payload'] as Readonly<Record<string, unknown>> }
}

beforeEach(async () => {
  pagerDuty = await startFakePagerDuty()
})
afterEach(() => pagerDuty.stop())
afterAll(close)

describe('W01: the limits of PagerDuty, which the fake enforces', () => {
  it.each([1_024, 1_025])('W01: a summary of %i code points with emoji is taken', async (points) => {
    const { outcome, payload } = await send({ title: '🔥'.repeat(points) })
    expect(outcome.kind).toBe('sent')
    expect(String(payload['summary']).length).toBeLessThanOrEqual(1_024)
  })

  it.each([255, 400])('W01: a key of %i characters is taken, and is the same each time', async (length) => {
    const conversationKey = 'k'.repeat(length)
    const keys = [await send({ conversationKey }), await send({ conversationKey })].map(
      ({ event }) => event['dedup_key'],
    )
    expect(keys[0]).toBe(keys[1])
    expect(String(keys[0]).length).toBeLessThanOrEqual(255)
    expect(pagerDuty.incidents).toMatchObject([{ triggers: 2 }])
  })

  it('W01: details of 600 kB give way to a note', async () => {
    const lines = Array.from({ length: 2_000 }, (_, n) => `${n} ${'x'.repeat(300)}`)
    const { outcome, payload } = await send({ lines })
    expect(outcome.kind).toBe('sent')
    expect(JSON.stringify(payload['custom_details'])).toMatch(/note/i)
  })

  it('W01: every severity is one of PagerDuty’s, and the source is never empty', async () => {
    for (const severity of severities) {
      const { outcome, payload } = await send({ severity, service: '' })
      expect(outcome.kind).toBe('sent')
      expect(['critical', 'error', 'warning', 'info']).toContain(payload['severity'])
      expect(String(payload['source']).trim()).not.toBe('')
    }
  })
})
