import { describe, expect, it } from 'vitest'
import { readEvent } from '../../src/app/read-event.ts'

const now = new Date('2026-12-05T00:00:00Z')
const labels = { alertname: 'DiskFull', team: 'ops' }

describe('the body of an event', () => {
  it.each<[string, unknown, object]>([
    ['firewatch', { labels }, labels],
    ['firewatch', { alerts: [{ labels }] }, labels],
    ['alertmanager', { version: '4', receiver: 'x', alerts: [{ status: 'firing', labels }] }, labels],
    ['grafana', { version: '1', orgId: 1, alerts: [{ status: 'firing', labels }] }, labels],
    ['alertmanager-api', [{ labels, endsAt: '0001-01-01T00:00:00Z', status: { state: 'active' } }], labels],
    [
      'pagerduty',
      { event_action: 'trigger', payload: { summary: 'disk full', source: 'db1', severity: 'error' } },
      { severity: 'error', source: 'db1' },
    ],
    ['opsgenie', { message: 'disk full', priority: 'P1' }, { severity: 'critical', priority: 'P1' }],
  ])('is recognised as %s', (format, body, expected) => {
    const reading = readEvent(body, undefined, now)
    expect(reading).toMatchObject({ format, problems: [] })
    expect(reading.alerts.map((alert) => alert.labels)).toEqual([expect.objectContaining(expected)])
  })

  it('is read as it is said to be', () => {
    const body = { message: 'disk full', labels }
    expect(readEvent(body, 'opsgenie', now).format).toBe('opsgenie')
    expect(() => readEvent(body, 'pagerduty', now)).toThrow(
      /not understood as pagerduty:\n {2}'event_action'/,
    )
  })

  it('keeps the sound alerts beside one at fault', () => {
    const { alerts, problems } = readEvent({ alerts: [{ labels }, { labels: {} }] }, undefined, now)
    expect(alerts).toHaveLength(1)
    expect(problems).toEqual(['alerts[1].labels.alertname: is required'])
  })

  it.each([[null], [7], ['labels'], [{}], [{ text: 'x' }]])('refuses %j', (body) => {
    expect(() => readEvent(body, undefined, now)).toThrow(/not recognised.*say --as/)
  })
})
