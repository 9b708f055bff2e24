import { describe, expect, it } from 'vitest'
import { composePageMessage, headlineOf } from '../../src/domain/page/message.ts'
import type { PageMessage } from '../../src/domain/page/page.ts'
import { contentOf } from '../../src/email/content.ts'
import { htmlOf } from '../../src/email/html.ts'
import { mailOf } from '../../src/email/mail.ts'
import { mailText } from '../../src/email/text.ts'
import { eventOf } from '../../src/pagerduty/event.ts'
import { messageOf } from '../../src/slack/message.ts'
import { telegramText } from '../../src/telegram/text.ts'
import { newIncident } from '../../src/domain/incident/state.ts'
import { alert, incident, page, routingKey } from '../support/pages.ts'

const now = Date.parse('2026-03-01T03:12:00Z')
const settings = { policy: 'p', stableForMs: 0, headStartMs: 0, remediates: false, stillFiringAfterMs: null }
const position = { step: 1, round: 0 }
const machine = {
  ...newIncident(42, 'P1', settings),
  escalation: {
    kind: 'waiting',
    position,
    dueAt: now + 600_000,
    people: ['ana'],
    following: ['carol'],
    pages: null,
  },
  next: { step: 2, round: 0 },
} as const

function compose(change: Partial<Parameters<typeof composePageMessage>[0]> = {}): PageMessage {
  const annotations = {
    title: 'Likes on iOS down 97 %',
    runbook_url: 'https://wiki.example.org/likes',
    dashboard_url: 'https://grafana.example.org/d/1',
    generatorURL: `http://prometheus.example.org/graph?g0.expr=${'x'.repeat(500)}`,
    dashboard: 'javascript:alert(1)',
  }
  return composePageMessage({
    page: page(),
    incident: incident({ title: 'what it was called' }),
    machine,
    others: [],
    alerts: [alert('x', { annotations })],
    firingCount: 1,
    runbook: { name: 'checkout', title: 'Checkout errors' },
    configuration: { services: {}, metrics: {}, slices: {} },
    follows: [],
    publicUrl: 'https://firewatch.example.com',
    clock: { timeZone: 'Europe/Berlin', now },
    channelsOf: () => ['Slack', 'e-mail'],
    ...change,
  })
}

/** What each channel's message says, as one text. */
const channels: readonly (readonly [string, (message: PageMessage) => string])[] = [
  ['Slack, blocks', (message) => JSON.stringify(messageOf(message).blocks)],
  ['Slack, text', (message) => messageOf(message).text],
  ['Telegram, HTML', (message) => telegramText(message, 'html').text],
  ['Telegram, plain', (message) => telegramText(message, 'plain').text],
  ['e-mail, text', mailText],
  ['e-mail, HTML', (message) => htmlOf(message)],
  ['PagerDuty', (message) => JSON.stringify(eventOf(message, routingKey))],
  ['webhook', (message) => JSON.stringify(message)],
]

describe.each(channels)('a page over %s', (_, said) => {
  it('N35: leads to our runbook, and to what the alert leads to', () => {
    const text = said(compose())
    for (const url of [
      'https://firewatch.example.com/runbooks/checkout',
      'https://wiki.example.org/likes',
      'https://grafana.example.org/d/1',
      'http://prometheus.example.org/graph?g0.expr=xxx',
    ])
      expect(text).toContain(url)
    expect(text).toContain('Runbook: Checkout errors')
    expect(text).not.toContain('javascript:')
  })

  it('says what comes next by name and time, on the reader’s clock', () => {
    expect(said(compose())).toContain(
      'pages carol (Slack, e-mail) at 04:22 CET, in 10 min, unless acknowledged',
    )
    expect(said(compose({ page: page({ kind: 'resolved' }) }))).not.toContain('pages carol')
  })

  it('N32: says what is wrong, how much and where, the total first', () => {
    const one = said(compose())
    expect(one).toContain('Likes on iOS down 97 % (checkout)')
    expect(one).not.toContain('what it was called')
    expect(said(compose({ firingCount: 14 }))).toContain(
      '14 alerts, worst: Likes on iOS down 97 % (checkout)',
    )
  })

  it('N32: keeps the total however long the rest is', () => {
    const long = alert('x', { annotations: { title: '👩‍👩‍👧 '.repeat(400) } })
    const text = said(compose({ alerts: [long], firingCount: 10_000 }))
    expect(text).toContain('10,000 alerts, worst: ')
    expect(text.isWellFormed()).toBe(true)
  })
})

describe('N33: what comes next', () => {
  it.each(['webhook', 'pagerduty'])('is a sentence of its own for a program: %s', (channel) => {
    expect(compose({ page: page({ channel }) }).next).toBe(
      'Firewatch pages carol (Slack, e-mail) at 04:22 CET, in 10 min, unless acknowledged',
    )
  })

  it('stands behind its name for a reader', () => {
    expect(compose({ page: page({ channel: 'slack' }) }).next).toMatch(/^pages carol /)
  })
})

describe('N33: the time of a page', () => {
  it.each(channels.filter(([name]) => !['PagerDuty', 'webhook'].includes(name)))(
    'is the reader’s over %s',
    (_, said) => {
      expect(said(compose())).toContain('04:00 CET (12 min ago)')
      expect(said(compose({ clock: { timeZone: 'America/New_York', now } }))).toContain(
        '22:00 EST (12 min ago)',
      )
      expect(said(compose()).replaceAll(/https?:\S+/g, '')).not.toMatch(/UTC/)
    },
  )

  it('is ISO 8601 in UTC where programs read it, with the zone of the texts beside it', () => {
    expect(compose()).toMatchObject({
      startedAt: '2026-03-01T03:00:00.000Z',
      since: '04:00 CET (12 min ago)',
      timeZone: 'Europe/Berlin',
    })
    expect(eventOf(compose(), routingKey).payload?.timestamp).toBe('2026-03-01T03:00:00.000Z')
  })
})

it.each(['slack', 'telegram', 'email'])(
  'N32: a service that nobody knows is not named over %s',
  (channel) => {
    const told = compose({ page: page({ channel }), incident: incident({ service: 'unknown' }) })
    for (const [name, said] of channels.slice(0, 6))
      expect([name, said(told)]).toEqual([name, expect.not.stringContaining('unknown')])
    expect(compose({ incident: incident({ service: 'unknown' }) }).service).toBe('unknown')
  },
)

describe('N32: a message of several incidents', () => {
  const others = Array.from({ length: 17 }, (_, n) => incident({ number: n + 50, title: 'Disk full (db)' }))

  it('says first how many there are', () => {
    const bundle = compose({ others })
    expect(bundle.title).toBe('18 incidents, worst: INC-42 Likes on iOS down 97 % (checkout)')
    expect(headlineOf(bundle)).toBe('P1: 18 incidents, worst: INC-42 Likes on iOS down 97 % (checkout)')
    expect(contentOf(bundle).headline).toBe(headlineOf(bundle))
  })

  it('says once which is worst, where the worst incident is of many alerts', () => {
    const alerts = [alert('a'), alert('b'), alert('c')]
    const bundle = compose({ others, alerts, firingCount: 14 })
    expect(bundle.title.match(/worst/g)).toHaveLength(1)
    expect(bundle.title).toMatch(/^18 incidents, worst: INC-42 (?!3|14)/)
    const title = '14 series of Feed activity, worst: Likes on iOS down 97 % (feed)'
    const over = { alerts: [], firingCount: 0, others, incident: incident({ number: 42, title }) }
    expect(compose({ ...over, page: page({ kind: 'resolved' }) }).title).toBe(
      `18 incidents, including INC-42: ${title}`,
    )
  })

  it('has the same subject in every mail of it', () => {
    const told = { alerts: [], firingCount: 0, others }
    const [called, followed] = [compose(told), compose({ ...told, page: page({ kind: 'resolved' }) })]
    expect(mailOf(followed, 'x').subject).toBe(`Re: ${mailOf(called, 'x').subject}`)
  })
})
