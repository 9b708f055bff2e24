import { beforeEach, describe, expect, it } from 'vitest'
import type { Contact } from '../../src/domain/configuration/people.ts'
import { atStart, backup, chat, duty, escalationWorld, mailbox, slackPerson } from '../support/escalation.ts'
import { type HandlerWorld, handlersOf } from '../support/channel-handlers.ts'
import { user } from '../support/pages.ts'
import { as } from '../web/world.ts'

const world = escalationWorld()
const webhook = { channel: 'webhook', url: '${env:HOOK}' } as const
const slackChannel = { channel: 'slack', to: 'C0123456789' } as const
const otherMailbox = { channel: 'email', address: 'ben@example.org' } as const

/** One row per channel: ana answers where she was paged, ben is told. */
interface Journey {
  readonly contacts: { readonly ana: Contact; readonly ben: Contact }
  /** The provider cannot now, and will. */
  readonly fail: () => void
  /** The provider will never take this. */
  readonly refuse: () => void
  /** Ana acknowledges, where she reads or, where a channel brings nothing back, by the API. */
  readonly acknowledge: (handlers: HandlerWorld) => Promise<unknown>
  /** What ana and ben see, once it is acknowledged and once it is resolved. */
  readonly acknowledged: () => void
  readonly resolved: () => void
}

const byApi = ({ app }: HandlerWorld) =>
  app.inject({
    method: 'POST',
    url: `/api/v1/incidents/INC-${world.incident}/acknowledge`,
    headers: as('responder'),
  })

const kindsAt = (fake: {
  readonly received: readonly { accepted: boolean; body: Readonly<Record<string, unknown>> }[]
}) => fake.received.filter(({ accepted }) => accepted).map(({ body }) => body['kind'])

const journeys: Readonly<Record<Contact['channel'], Journey>> = {
  webhook: {
    contacts: { ana: webhook, ben: webhook },
    fail: () => world.receiver.next({ kind: 'answer', status: 503 }),
    refuse: () => world.receiver.next({ kind: 'answer', status: 410 }),
    acknowledge: byApi,
    acknowledged: () => expect(kindsAt(world.receiver)).toEqual(['page', 'page', 'acknowledged']),
    resolved: () => expect(kindsAt(world.receiver).slice(3)).toEqual(['resolved', 'resolved']),
  },
  pagerduty: {
    contacts: { ana: duty, ben: duty },
    fail: () => world.pagerDuty.next({ kind: 'answer', status: 429 }),
    refuse: () => world.pagerDuty.next({ kind: 'answer', status: 400 }),
    acknowledge: byApi,
    acknowledged: () =>
      expect(world.pagerDuty.incidents.map(({ status }) => status)).toEqual(['acknowledged', 'acknowledged']),
    resolved: () =>
      expect(world.pagerDuty.incidents.map(({ status }) => status)).toEqual(['resolved', 'resolved']),
  },
  telegram: {
    contacts: { ana: chat, ben: chat },
    fail: () =>
      world.telegram.next({
        kind: 'answer',
        status: 429,
        body: '{"ok":false,"error_code":429,"parameters":{"retry_after":17}}',
      }),
    refuse: () => world.telegram.next({ kind: 'answer', status: 403, body: '{"ok":false,"error_code":403}' }),
    acknowledge: (handlers) => {
      const [page] = world.telegram.messages
      if (page === undefined) throw new Error('there is no page')
      return handlers.bring('/telegram/webhook', world.telegram.press(42, page, 'Acknowledge'))
    },
    acknowledged: () => {
      for (const { buttons } of world.telegram.messages.slice(0, 2))
        expect(buttons).toMatchObject([{ text: '✓ Acknowledged' }])
      expect(world.telegram.messages[2]).toMatchObject({
        replyTo: 2,
        text: expect.stringContaining('ana acknowledged') as string,
      })
    },
    resolved: () => {
      expect(world.telegram.messages.map(({ buttons }) => buttons)).toEqual([[], [], [], [], []])
      // Two chats, so in any order.
      expect(new Set(world.telegram.messages.slice(3).map(({ replyTo }) => replyTo))).toEqual(new Set([1, 2]))
    },
  },
  slack: {
    contacts: { ana: slackPerson, ben: slackChannel },
    fail: () => world.slack.next({ kind: 'answer', status: 429, retryAfter: '30' }),
    refuse: () =>
      world.slack.next({ kind: 'answer', status: 200, body: '{"ok":false,"error":"channel_not_found"}' }),
    acknowledge: async (handlers) => {
      const button = world.slack.messages[0]?.buttons[0]
      if (button === undefined) throw new Error('there is no button')
      expect(
        (await handlers.bring('/slack/interactions', world.slack.press('U0123456789', button))).statusCode,
      ).toBe(200)
    },
    acknowledged: () => {
      expect(world.slack.messages).toHaveLength(2)
      for (const { shown, buttons } of world.slack.messages) {
        expect(shown).toContain('ana acknowledged')
        expect(buttons.map(({ text }) => text)).toEqual(['Resolve'])
      }
      expect(world.slack.responses).toEqual([
        { text: `INC-${world.incident} acknowledged; nobody else is paged`, responseType: 'ephemeral' },
      ])
    },
    resolved: () => {
      expect(world.slack.messages.map(({ edits, buttons }) => [edits, buttons])).toEqual([
        [2, []],
        [2, []],
      ])
      expect(world.slack.messages[0]?.shown).toContain('Resolved by dora')
    },
  },
  email: {
    contacts: { ana: mailbox, ben: otherMailbox },
    fail: () => world.smtp.next({ kind: 'answer', at: 'data', code: 451 }),
    refuse: () => world.smtp.next({ kind: 'answer', at: 'rcpt', code: 550 }),
    acknowledge: async ({ app }) => {
      const link = /Acknowledge INC-\d+: https:\/\/firewatch\.example\.com(\/\S+)/.exec(
        world.smtp.mails[0]?.text ?? '',
      )
      const opened = await app.inject({
        method: 'GET',
        url: link?.[1] ?? '',
        headers: { accept: 'text/html' },
      })
      const cookie = String(opened.headers['set-cookie']).replace(/;.*/, '')
      const path = String(opened.headers.location)
      const shown = await app.inject({ method: 'GET', url: path, headers: { accept: 'text/html', cookie } })
      expect([shown.statusCode, shown.body]).toEqual([200, expect.stringContaining('You are ana here')])
      expect((await world.records.incidents.get(world.incident)).acknowledgedBy).toBeNull()
      const own = { cookie, host: 'firewatch.example.com', origin: 'https://firewatch.example.com' }
      const answer = await app.inject({ method: 'POST', url: `${path}/acknowledge`, headers: own })
      expect([answer.statusCode, answer.headers.location]).toEqual([303, `${path}?told=acknowledge`])
    },
    acknowledged: () => {
      const last = world.smtp.mails.at(-1)
      expect(last).toMatchObject({
        to: ['ben@example.org'],
        text: expect.stringContaining('ana acknowledged') as string,
      })
    },
    resolved: () => {
      const [one, other] = world.smtp.mails.slice(3)
      expect(new Set([one?.to, other?.to].flat())).toEqual(new Set(['ana@example.org', 'ben@example.org']))
      expect([one?.text, other?.text].join('')).toContain('Resolved by dora')
    },
  },
}

describe.each(Object.entries(journeys))('the journey of a page over %s', (name, journey) => {
  beforeEach(async () => {
    const { ana, ben } = journey.contacts
    world.running = { ...atStart.users, ana: user('ana', [ana, backup]), ben: user('ben', [ben]) }
    await world.open({ steps: [['ana'], ['ben']] })
  })

  it('goes through the failure of its provider, an acknowledgement from the channel, and the end', async () => {
    const sender = world.sender()
    const handlers = await handlersOf(world, world.records.commands)
    journey.fail()
    await world.pass(31_000, sender)
    expect(await world.page('r0/s1/ana/c0')).toMatchObject({ state: 'sent', attempts: 2, channel: name })
    await world.records.commands.escalateNow(world.command('ana'))
    await world.pass(5_000, sender)

    await journey.acknowledge(handlers)
    await handlers.idle()
    expect((await world.records.incidents.get(world.incident)).acknowledgedBy).toBe('ana')
    await world.pass(5_000, sender)
    journey.acknowledged()

    await world.resolve('dora')
    await world.pass(5_000, sender)
    journey.resolved()
  })

  it('fails over to the next contact at once when the provider refuses it for good', async () => {
    journey.refuse()
    await world.pass()
    expect(await world.page('r0/s1/ana/c0')).toMatchObject({ state: 'failed', attempts: 1 })
    expect(await world.page('r0/s1/ana/c1')).toMatchObject({ state: 'sent' })
    expect(world.backupReceiver.effects()).toHaveLength(1)
  })
})

describe('what providers do to a page', () => {
  it('F01: PagerDuty 429, 429, 202: the same keys each time, one alert', async () => {
    world.running = { ...atStart.users, ana: user('ana', [duty]) }
    await world.open({ steps: [['ana']] })
    world.pagerDuty.next({ kind: 'answer', status: 429 }, 2)
    await world.pass(10_000)
    expect(await world.page('r0/s1/ana/c0')).toMatchObject({ state: 'sent', attempts: 3 })
    const keys = world.pagerDuty.received.map(({ event }) => [event['routing_key'], event['dedup_key']])
    expect(keys).toHaveLength(3)
    expect(new Set(keys.map(String)).size).toBe(1)
    expect(world.pagerDuty.incidents).toMatchObject([{ status: 'triggered', triggers: 1 }])
  })

  it('F02: PagerDuty 400 is one attempt, its reasons are shown, and the next channel is used at once', async () => {
    world.running = { ...atStart.users, ana: user('ana', [duty, slackPerson]) }
    await world.open({ steps: [['ana']] })
    const body = JSON.stringify({
      status: 'invalid event',
      message: 'Event object is invalid',
      errors: ['too blue'],
    })
    world.pagerDuty.next({ kind: 'answer', status: 400, body })
    await world.pass()
    expect(world.pagerDuty.received).toHaveLength(1)
    expect((await world.said()).join('\n')).toContain('too blue, tried once')
    expect(world.slack.messages).toHaveLength(1)
  })

  it('F07: what waits for Slack holds up neither mail nor Telegram of the same incident', async () => {
    world.running = {
      ...atStart.users,
      ana: user('ana', [slackPerson]),
      ben: user('ben', [chat]),
      carl: user('carl', [mailbox]),
    }
    await world.open({ steps: [['ana', 'ben', 'carl']] })
    world.slack.next({ kind: 'answer', status: 429, retryAfter: '30' })
    await world.pass()
    expect([world.telegram.messages.length, world.smtp.mails.length]).toEqual([1, 1])
    await world.pass(29_999)
    expect(world.slack.received).toHaveLength(1)
    await world.pass(1)
    expect(world.slack.messages).toHaveLength(1)
  })

  it('F12: every channel of step 1 is down: each failure is on the timeline, and step 2 is reached by its webhook', async () => {
    world.running = {
      ...atStart.users,
      ana: user('ana', [duty, slackPerson]),
      ben: user('ben', [chat, mailbox]),
      carl: user('carl', [backup]),
    }
    await world.open()
    await Promise.all([world.pagerDuty.stop(), world.slack.stop(), world.telegram.stop(), world.smtp.stop()])
    await world.pass(60_000)
    for (const [person, channel] of [
      ['ana', 'PagerDuty'],
      ['ana', 'Slack'],
      ['ben', 'Telegram'],
      ['ben', 'e-mail'],
    ])
      expect((await world.said()).join('\n')).toMatch(
        new RegExp(`Could not reach ${person} by ${channel}: .*, tried 4 times`),
      )
    expect(world.backupReceiver.effects()).toHaveLength(1)
    expect((await world.records.incidents.get(world.incident)).state).toBe('open')
  })
})
