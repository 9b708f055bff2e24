import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { eventErrors } from '../../examples/fakes/pagerduty-rules.ts'
import { bodyOf, dedupKeyOf, eventOf } from '../../src/pagerduty/event.ts'
import type { PageMessage } from '../../src/domain/page/page.ts'
import { pageMessage, routingKey } from '../support/pages.ts'

function errorsOf(change: Partial<PageMessage>): string[] {
  const body = bodyOf(eventOf(pageMessage(change), routingKey))
  return eventErrors(JSON.parse(body), Buffer.byteLength(body))
}

describe('a page as an event', () => {
  it('triggers, with everything that helps at 3 a.m.', () => {
    expect(eventOf(pageMessage(), routingKey)).toEqual({
      routing_key: routingKey,
      event_action: 'trigger',
      dedup_key: 'firewatch/c0ffee/INC-42/ana',
      payload: {
        summary: 'INC-42 P1 checkout: error-rate',
        source: 'checkout',
        severity: 'critical',
        timestamp: '2026-03-01T03:00:00.000Z',
        component: 'checkout',
        group: 'INC-42',
        class: 'P1',
        custom_details: {
          firing: ['Error rate of ios is 12 %, usually 1 %'],
          firing_alerts: 1,
          now_doing: 'Restarting checkout-2',
          next: 'pages ben (Slack) at 04:05 CET, in 5 min, unless acknowledged',
          runbook: 'Checkout errors',
        },
      },
      links: [{ href: 'https://firewatch.example.com/incidents/INC-42', text: 'Open INC-42' }],
      images: [
        {
          src: 'https://firewatch.example.com/charts/c0ffee.png',
          href: 'https://firewatch.example.com/incidents/INC-42',
          alt: 'What INC-42 measures',
        },
      ],
      client: 'Firewatch',
      client_url: 'https://firewatch.example.com/incidents/INC-42',
    })
    expect(errorsOf({})).toEqual([])
  })

  it.each([
    ['P0', 'critical'],
    ['P1', 'critical'],
    ['P2', 'warning'],
    ['P3', 'info'],
  ] as const)('of %s is %s', (severity, expected) => {
    expect(eventOf(pageMessage({ severity }), routingKey).payload).toMatchObject({
      severity: expected,
      class: severity,
    })
  })

  it('links to a chart that PagerDuty would not show, since it is not served by https', () => {
    const event = eventOf(pageMessage({ chartUrl: 'http://127.0.0.1:8080/charts/c0ffee.png' }), routingKey)
    expect(event.images).toBeUndefined()
    expect(event.links).toContainEqual({
      href: 'http://127.0.0.1:8080/charts/c0ffee.png',
      text: 'What INC-42 measures',
    })
    expect(errorsOf({ chartUrl: 'http://127.0.0.1:8080/charts/c0ffee.png' })).toEqual([])
  })

  it.each([
    ['acknowledged', 'acknowledge'],
    ['resolved', 'resolve'],
  ] as const)('is found by what follows it: %s', (kind, action) => {
    const event = eventOf(pageMessage({ kind, idempotencyKey: `INC-42/${kind}/ana/c0` }), routingKey)
    expect(event).toEqual({
      routing_key: routingKey,
      event_action: action,
      dedup_key: 'firewatch/c0ffee/INC-42/ana',
    })
    expect(errorsOf({ kind })).toEqual([])
  })
})

describe('W01: the limits of an event', () => {
  it.each([1_024, 1_025])('a summary of %i code points with emoji is cut to whole characters', (length) => {
    const title = `${'x'.repeat(length - 600)}${'🔥'.repeat(600)}`
    const summary = eventOf(pageMessage({ title }), routingKey).payload?.summary ?? ''
    expect(summary.length).toBeLessThanOrEqual(1_024)
    expect(summary.isWellFormed()).toBe(true)
    expect(errorsOf({ title })).toEqual([])
  })

  it.each([255, 400])(
    'a deduplication key of %i characters stays within 255, is stable and tells people apart',
    (length) => {
      const conversationKey = `firewatch/c0ffee/INC-42/${'x'.repeat(length)}`
      const key = dedupKeyOf({ conversationKey })
      expect(key.length).toBeLessThanOrEqual(255)
      expect(dedupKeyOf({ conversationKey })).toBe(key)
      expect(dedupKeyOf({ conversationKey: `${conversationKey}y` })).not.toBe(key)
    },
  )

  it('keeps a deduplication key of exactly 255 characters', () => {
    const conversationKey = 'x'.repeat(255)
    expect(dedupKeyOf({ conversationKey })).toBe(conversationKey)
  })

  it('details of 600 kB give way to a note', () => {
    const lines = Array.from({ length: 600 }, () => 'é'.repeat(500))
    const body = bodyOf(eventOf(pageMessage({ lines }), routingKey))
    expect(Buffer.byteLength(body)).toBeLessThanOrEqual(512_000)
    expect(JSON.parse(body)).toMatchObject({
      payload: { summary: 'INC-42 P1 checkout: error-rate', custom_details: { note: expect.any(String) } },
    })
    expect(errorsOf({ lines })).toEqual([])
  })

  it('a source is never empty', () => {
    expect(eventOf(pageMessage({ service: ' \n' }), routingKey).payload?.source).toBe('unknown service')
    expect(errorsOf({ service: '' })).toEqual([])
  })

  it('whatever a message says, PagerDuty takes it', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 3_000 }),
      fc.array(fc.nat(0xffff)).map((units) => String.fromCharCode(...units)),
      fc.constantFrom('', '🔥'.repeat(1_024), 'x'.repeat(1_023) + '🔥', '\u0000', '\ud83d'),
    )
    const message = fc.record({
      title: text,
      service: text,
      person: text,
      nowDoing: text,
      runbookTitle: text,
      lines: fc.array(text),
      kind: fc.constantFrom('page', 'acknowledged', 'resolved'),
      severity: fc.constantFrom('P0', 'P1', 'P2', 'P3'),
    })
    fc.assert(
      fc.property(message, (change) => {
        expect(errorsOf(change)).toEqual([])
      }),
    )
  })
})
