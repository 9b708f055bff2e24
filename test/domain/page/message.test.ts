import { fingerprintOf } from '../../../src/domain/alert/alert.ts'
import { identityOf } from '../../../src/domain/check/alerts.ts'
import { sourceSeries } from '../../../src/domain/check/self-alerts.ts'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Alert } from '../../../src/domain/alert/alert.ts'
import { composePageMessage } from '../../../src/domain/page/message.ts'
import { longText, oddAlert } from '../../support/odd-alerts.ts'
import { alert, incident, page } from '../../support/pages.ts'

function compose(alerts: readonly Alert[], change: Partial<Parameters<typeof composePageMessage>[0]> = {}) {
  return composePageMessage({
    page: page(),
    incident: incident(),
    others: [],
    alerts,
    firingCount: alerts.filter(({ status }) => status === 'firing').length,
    machine: null,
    runbook: undefined,
    clock: { timeZone: 'Europe/Berlin', now: Date.parse('2026-03-01T03:12:00.000Z') },
    channelsOf: () => [],
    configuration: { services: {}, metrics: {}, slices: {} },
    follows: [],
    publicUrl: 'https://firewatch.example.com/',
    ...change,
  })
}

describe('the lines of a page', () => {
  it('are one per firing alert, the most severe first', () => {
    const minor = alert('slow', { labels: { severity: 'info' } })
    const cleared = alert('gone', { status: 'resolved' })
    const message = compose([minor, cleared, alert('errors\n of ios')])
    expect(message.lines).toEqual(['errors of ios', 'slow'])
    expect(message.firingCount).toBe(2)
  })

  it('stop after ten and count the rest', () => {
    const message = compose(Array.from({ length: 12 }, (_, n) => alert(`alert ${n}`)))
    expect(message.lines).toHaveLength(11)
    expect(message.lines.at(-1)).toBe('and 2 more')
  })

  it('count alerts that say the same, also among the rest', () => {
    const many = Array.from({ length: 12 }, (_, n) => alert(`alert ${n}`))
    const message = compose([alert('same'), alert('same'), alert('same'), ...many])
    expect(message.lines[0]).toBe('same (×3)')
    expect(message.lines.at(-1)).toBe('and 3 more')
    expect(message.firingCount).toBe(15)
  })

  it('fall back to the description and to the labels', () => {
    const bare = alert('', { annotations: {}, labels: { alertname: 'disk', host: 'db1' } })
    expect(compose([bare, alert('', { annotations: { description: 'no space' } })]).lines).toEqual([
      'no space',
      'Disk (host = db1)',
    ])
  })
})

describe('N53 alerts that the sender left out', () => {
  const leftOut = (text: string, truncatedAlerts: string) =>
    alert(text, { annotations: { summary: text, truncatedAlerts } })

  it('are told behind those that are known', () => {
    expect(compose([leftOut('disk', '3'), leftOut('cpu', '37')]).lines).toEqual([
      'disk',
      'cpu',
      'and 37 more that Alertmanager left out',
    ])
  })

  it('are told beside those that do not fit', () => {
    const many = Array.from({ length: 12 }, (_, n) => leftOut(`alert ${n}`, '37'))
    expect(compose(many).lines.slice(-2)).toEqual(['and 2 more', 'and 37 more that Alertmanager left out'])
  })
})

describe('N52 an alert of which everything is too long to be read', () => {
  it.each([
    ['no annotations', {}],
    ['long ones', { summary: longText, description: longText, runbook_url: longText, [longText]: longText }],
  ])('leaves every text of a message bounded: %s', (_, annotations) => {
    const odd = oddAlert(annotations)
    const labels = { ...odd.labels, metric: longText, slice: longText, group: longText, check: longText }
    const message = compose([odd, { ...odd, labels }])
    expect(JSON.stringify(message).length).toBeLessThan(5_000)
  })
})

describe('a page', () => {
  it('links to the incident, and to its chart where something is measured', () => {
    const likes = { name: 'likes', title: 'Likes', source: 'feed', kind: 'count', sql: 'count()' } as const
    const configuration = { services: {}, metrics: { likes: { ...likes, responsible: [] } }, slices: {} }
    const fires = alert('likes', { labels: { alertname: 'feed', metric: 'likes' } })
    expect(compose([fires], { configuration })).toMatchObject({
      incidentUrl: 'https://firewatch.example.com/incidents/INC-42',
      chartUrl: 'https://firewatch.example.com/charts/c0ffee.png?timeZone=Europe%2FBerlin',
    })
  })

  it.each([
    ['nothing', []],
    ['an alert from elsewhere', [alert('disk full')]],
    [
      'one that names a metric that nobody configured',
      [alert('x', { labels: { alertname: 'a', metric: 'toString' } })],
    ],
    [
      'one that only calls itself ours',
      [alert('x', { labels: { alertname: 'source-silent', source: 'orders' } })],
    ],
  ])('N34: has no link to a chart where no check measures %s', (_, alerts) => {
    expect(compose(alerts)).not.toHaveProperty('chartUrl')
  })

  it('N34: has a link to the chart of a source that is silent', () => {
    const labels = { alertname: 'source-silent', source: 'orders' }
    const fingerprint = fingerprintOf(identityOf(sourceSeries('orders')))
    expect(compose([alert('No rows', { labels, fingerprint })])).toHaveProperty('chartUrl')
  })

  it('says where the escalation stood, and carries a link to answer only when it was given one', () => {
    const at = page({ round: 2, step: 3 })
    expect(compose([], { page: at }).position).toEqual({ round: 2, step: 3 })
    expect(compose([])).not.toHaveProperty('answerUrl')
    expect(compose([], { answerUrl: 'https://x.example/answers/t' })).toMatchObject({
      answerUrl: 'https://x.example/answers/t',
    })
  })

  it('names the runbook when there is one', () => {
    expect(compose([])).not.toHaveProperty('runbookTitle')
    expect(compose([], { runbook: { name: 'checkout', title: 'Checkout errors' } }).runbookTitle).toBe(
      'Checkout errors',
    )
  })

  it('links to the dashboard of the service and to the charts of what fires, each once', () => {
    const metric = { name: 'likes', source: 'feed', kind: 'count', sql: 'count()', responsible: [] } as const
    const fires = (name: string) => alert(name, { labels: { metric: name, alertname: 'feed' } })
    const configuration = {
      services: { checkout: { name: 'checkout', dashboardUrl: 'https://boards.example.com/checkout' } },
      metrics: {
        likes: { ...metric, title: 'Likes', chartUrl: 'https://charts.example.com/likes' },
        views: { ...metric, title: 'Views' },
      },
      slices: {},
    }
    const alerts = [fires('likes'), fires('likes'), fires('views'), fires('constructor')]
    expect(compose(alerts, { configuration }).links).toEqual([
      { kind: 'dashboard', title: 'Dashboard', url: 'https://boards.example.com/checkout' },
      { kind: 'chart', title: 'Likes', url: 'https://charts.example.com/likes' },
    ])
    const cleared = alert('gone', { labels: { metric: 'likes' }, status: 'resolved' })
    expect(compose([cleared], { configuration, incident: incident({ service: 'search' }) }).links).toEqual([])
  })

  it('names who answers for what fires, by metric and by slice, each once', () => {
    const likes = { name: 'likes', title: 'Likes', source: 'feed', kind: 'count', sql: 'count()' } as const
    const configuration = {
      services: {},
      metrics: { likes: { ...likes, responsible: ['ana', 'ben'] } },
      slices: { os: { name: 'os', sql: 'os', groups: ['iOS'], responsible: ['ben', 'carl'] } },
    }
    const fires = alert('likes', { labels: { metric: 'likes', slice: 'os' } })
    const strange = alert('strange', { labels: { metric: 'toString', slice: '__proto__' } })
    expect(compose([fires, strange], { configuration }).responsible).toEqual(['ana', 'ben', 'carl'])
    expect(compose([alert('other')], { configuration }).responsible).toEqual([])
  })

  it('says when an earlier try may have arrived, and what it follows', () => {
    expect(compose([])).toMatchObject({ possibleRepeat: false })
    expect(compose([])).not.toHaveProperty('follows')
    const again = page({ unknownTries: 1 })
    expect(
      compose([], { page: again, follows: [{ leader: page({ providerId: '7/12' }), incidents: [] }] }),
    ).toMatchObject({
      possibleRepeat: true,
      follows: [{ id: '7/12', incidents: [] }],
    })
  })

  it('begins with the deed that it reports', () => {
    const acknowledged = incident({ acknowledgedBy: 'ben', nowDoing: 'Restarting checkout-2' })
    expect(compose([], { page: page({ kind: 'acknowledged' }), incident: acknowledged }).nowDoing).toBe(
      'ben acknowledged and has it. Restarting checkout-2',
    )
    expect(
      compose([], { page: page({ kind: 'resolved' }), incident: incident({ resolvedBy: 'firewatch' }) })
        .nowDoing,
    ).toBe('Resolved: every alert stayed clear')
    expect(compose([], { incident: acknowledged }).nowDoing).toBe('Restarting checkout-2')
  })

  it('stays small and well-formed whatever the alerts say', () => {
    const text = fc.oneof(fc.string({ unit: 'binary', maxLength: 2_000 }), fc.constant('🔥'.repeat(5_000)))
    fc.assert(
      fc.property(text, fc.array(text, { maxLength: 30 }), (title, summaries) => {
        const message = compose(
          summaries.map((summary) => alert(summary)),
          {
            incident: incident({ title, service: title, nowDoing: title }),
            runbook: { name: 'checkout', title },
          },
        )
        const json = JSON.stringify(message)
        expect(Buffer.byteLength(json)).toBeLessThan(32_000)
        expect(json).not.toMatch(/\\ud[89a-f]/)
      }),
    )
  })
})
