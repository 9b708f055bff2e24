import { createHmac } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { parseNotification } from '../../src/intake/alertmanager.ts'
import { isFromGrafana } from '../../src/intake/grafana.ts'
import { rawRequest } from '../support/raw-request.ts'

const secret = 'a secret of both'
const now = new Date('2026-03-02T03:04:05Z')
const header = 'X-Grafana-Alerting-Timestamp'
const body = '{"version":"1","alerts":[]}'
const seconds = (after: number) => String(now.getTime() / 1000 + after)
const hmac = (text: string, key = secret) => createHmac('sha256', key).update(text).digest('hex')

const bare = (signature = hmac(body), text = body) =>
  rawRequest(text, { 'x-grafana-alerting-signature': signature })
const stamped = (timestamp: string, signature = hmac(`${timestamp}:${body}`)) =>
  rawRequest(body, { 'x-grafana-alerting-signature': signature, [header.toLowerCase()]: timestamp })

describe('S09: what Grafana signed', () => {
  it('S09: a known signature', () => {
    // printf '%s' '{"version":"1","alerts":[]}' | openssl dgst -sha256 -hmac 'a secret of both'
    expect(hmac(body)).toBe('ca24aff2cc934fc0ad6325309fe84092b98861c97b492dbe53ed4d5bf469fc19')
  })

  it('S09: bare over the body', () => {
    expect(isFromGrafana(bare(), secret, undefined, now)).toBe(true)
  })

  it('S09: over timestamp:body where a timestamp header is configured', () => {
    expect(isFromGrafana(stamped(seconds(0)), secret, header, now)).toBe(true)
  })

  it.each([
    ['another key', bare(hmac(body, 'guess'))],
    ['another body', bare(hmac(body), `${body} `)],
    ['no signature', rawRequest(body)],
    ['an empty one', bare('')],
    ['upper case', bare(hmac(body).toUpperCase())],
    ['one cut short', bare(hmac(body).slice(0, -2))],
    ['one over a timestamp', stamped(seconds(0))],
  ])('S09: %s is refused', (_, request) => {
    expect(isFromGrafana(request, secret, undefined, now)).toBe(false)
  })

  it('S09: an empty secret lets nobody in', () => {
    expect(isFromGrafana(bare(hmac(body, '')), '', undefined, now)).toBe(false)
  })

  it.each([
    ['a bare signature', bare()],
    ['another key', stamped(seconds(0), hmac(`${seconds(0)}:${body}`, 'guess'))],
    ['another time than was signed', stamped(seconds(1), hmac(`${seconds(0)}:${body}`))],
    ['a bare signature with a timestamp', stamped(seconds(0), hmac(body))],
    ['a time that is no number', stamped('now')],
    ['a negative one', stamped('-1')],
  ])('S09: where a timestamp header is configured, %s is refused', (_, request) => {
    expect(isFromGrafana(request, secret, header, now)).toBe(false)
  })

  it.each([
    [-301, false],
    [-300, true],
    [300, true],
    [301, false],
  ])('S09: %i s from now', (after, expected) => {
    expect(isFromGrafana(stamped(seconds(after)), secret, header, now)).toBe(expected)
  })
})

describe('an alert of Grafana', () => {
  const alert = {
    status: 'firing',
    labels: { alertname: 'HighLatency', grafana_folder: 'Shop' },
    annotations: { summary: 'p99 is 4 s' },
    startsAt: '2026-03-02T03:00:00Z',
    endsAt: '0001-01-01T00:00:00Z',
    fingerprint: 'c6eadffa33fcdf37',
    generatorURL: 'https://grafana.example/alerting/1/view',
    panelURL: 'https://grafana.example/d/x?viewPanel=1',
    silenceURL: 'https://grafana.example/silence',
    values: { B: 4.2 },
    orgId: 1,
  }

  it('is its sender’s, and has an event of its own', () => {
    const source = 'integration/grafana'
    const notification = { receiver: 'firewatch', version: '1', status: 'firing', orgId: 1, alerts: [alert] }
    const { alerts, problems } = parseNotification(notification, { source, now, newId: () => 'id-1' })
    expect(problems).toEqual([])
    expect(alerts).toMatchObject([
      {
        source,
        fingerprint: alert.fingerprint,
        status: 'firing',
        eventId: `${source}/${alert.fingerprint}/2026-03-02T03:00:00.000Z/firing`,
        annotations: { summary: 'p99 is 4 s', generatorURL: alert.generatorURL, panelURL: alert.panelURL },
      },
    ])
  })

  it('at fault loses no other', () => {
    const notification = { receiver: 'r', version: '1', alerts: [alert, { ...alert, status: 'odd' }] }
    const { alerts, problems } = parseNotification(notification, { source: 's', now, newId: () => 'id-1' })
    expect([alerts.length, problems]).toEqual([1, [expect.stringContaining('alerts[1].status')]])
  })
})
