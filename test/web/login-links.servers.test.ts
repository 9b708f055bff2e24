import { beforeEach, describe, expect, it } from 'vitest'
import type { Contact } from '../../src/domain/configuration/people.ts'
import { chat, duty, escalationWorld, mailbox, slackPerson } from '../support/escalation.ts'
import { type HandlerWorld, handlersOf } from '../support/channel-handlers.ts'
import { user } from '../support/pages.ts'

const world = escalationWorld()
let handlers: HandlerWorld

const room = { channel: 'slack', to: 'C0123456789' } as const

beforeEach(async () => {
  await world.open()
})

async function ask(contacts: readonly Contact[], name = 'ana', channel?: string): Promise<number> {
  world.running = { ana: user('ana', contacts), ben: user('ben', [duty, room]) }
  handlers = await handlersOf(world)
  const { statusCode } = await handlers.app.inject({
    method: 'POST',
    url: '/login/links',
    headers: { accept: 'text/html', host: 'firewatch.example.com', origin: 'https://firewatch.example.com' },
    payload: { name, next: '/incidents?state=open', ...(channel && { channel }) },
  })
  await handlers.idle()
  return statusCode
}

/** Everything that was sent to anybody. */
const sent = () => [
  ...world.slack.messages.map(({ channel, shown }) => [channel, shown]),
  ...world.telegram.messages.map(({ chatId, text }) => [chatId, text]),
  ...world.smtp.mails.map(({ to, text }) => [to.join(), text]),
]

describe('N30: a log-in link that is asked for on the log-in page', () => {
  it.each<[string, Contact, RegExp]>([
    ['Slack', slackPerson, /^[UD]/],
    ['Telegram', chat, /^42$/],
    ['mail', mailbox, /^ana@example\.org$/],
  ])('comes to one’s own %s, logs in once, and leads back', async (_, contact, place) => {
    expect(await ask([duty, room, contact])).toBe(303)
    expect(sent()).toHaveLength(1)
    const [to = '', text = ''] = sent()[0] ?? []
    expect(to).toMatch(place)
    const { code = '', next } =
      /https:\/\/firewatch\.example\.com\/login\/(?<code>[\w-]{43})\?next=(?<next>[\w%]+)/.exec(text)
        ?.groups ?? {}
    expect(decodeURIComponent(next ?? '')).toBe('/incidents?state=open')
    expect(await world.records.credentials.redeemLogin(code)).toEqual({ kind: 'person', name: 'ana' })
    expect(await world.records.credentials.redeemLogin(code)).toBeUndefined()
  })

  it.each([
    ['chat', [mailbox, slackPerson], /^[UD]/],
    ['email', [chat, slackPerson, mailbox], /^ana@example\.org$/],
    ['', [chat, mailbox], /^42$/],
    ['email', [chat], /^42$/],
  ] as const)('goes to the %s of one’s choice, where there is one', async (channel, contacts, place) => {
    expect(await ask(contacts, 'ana', channel)).toBe(303)
    expect(sent().map(([to]) => to)).toEqual([expect.stringMatching(place)])
  })

  it('goes to the next chat when the first one fails', async () => {
    world.smtp.next({ kind: 'answer', at: 'rcpt', code: 550 })
    await ask([mailbox, slackPerson])
    expect(sent()).toHaveLength(1)
    expect(handlers.audit).toMatchObject([{ person: 'ana', channel: 'email' }])
  })

  it.each([
    ['nobody of this name', 'mallory', [mailbox]],
    ['nobody at all by a name of Object', 'constructor', [mailbox]],
    ['somebody who only has a pager and a room', 'ben', [mailbox]],
  ] as const)('is answered the same and sent to nobody: %s', async (_, name, contacts) => {
    expect(await ask(contacts, name)).toBe(303)
    expect(sent()).toEqual([])
  })

  it('ends within ten minutes', async () => {
    await ask([mailbox])
    const code = /\/login\/([\w-]{43})/.exec(sent()[0]?.[1] ?? '')?.[1] ?? ''
    world.at = new Date(world.at.getTime() + 10 * 60_000)
    expect(await world.records.credentials.redeemLogin(code)).toBeUndefined()
  })
})
