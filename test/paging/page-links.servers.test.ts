import { describe, expect, it } from 'vitest'
import { credentialId } from '../../src/postgres/credential-list.ts'
import { atStart, chat, duty, escalationWorld, mailbox, slackPerson } from '../support/escalation.ts'
import { user } from '../support/pages.ts'
import type { Contact } from '../../src/domain/configuration/people.ts'

const world = escalationWorld()
const hook = { channel: 'webhook', url: '${env:HOOK}' } as const
const addresses = /https:\/\/firewatch\.example\.com\/incidents\/INC-\d+[^\s"'<>|\\)]*/g

/** Everything that the providers were given, as text. */
function written(): string {
  const { slack, telegram, smtp, receiver, pagerDuty } = world
  return JSON.stringify([
    slack.messages,
    telegram.received.map(({ fields }) => fields),
    smtp.mails.map(({ text, html }) => [text, html]),
    receiver.received,
    pagerDuty.received,
  ])
}

async function page(
  contact: Contact,
  others: Readonly<Record<string, readonly Contact[]>> = {},
): Promise<string[]> {
  const ben = others['ben'] ?? [hook]
  world.running = { ana: user('ana', [contact]), ben: user('ben', ben) }
  await world.open({ steps: [['ana']] })
  await world.pass()
  return [...new Set(written().match(addresses))]
}

const linkPattern = () => new RegExp(`/incidents/INC-${world.incident}/link/([\\w-]{43})$`)

describe('N30: links in pages', () => {
  it.each<[string, Contact]>([
    ['slack', slackPerson],
    ['telegram', chat],
    ['email', mailbox],
    ['webhook', hook],
    ['pagerduty', duty],
  ])('open the incident for whoever is paged over %s', async (_, contact) => {
    const [link, ...others] = await page(contact)
    expect(others).toEqual([])
    const secret = linkPattern().exec(link ?? '')?.[1] ?? ''
    const { credentials } = world.records
    expect(await credentials.checkPageLink(secret, world.incident)).toEqual({ kind: 'person', name: 'ana' })
    expect(await credentials.checkPageLink(secret, world.incident + 1)).toBeUndefined()
  })

  it.each<[string, Contact, Readonly<Record<string, readonly Contact[]>>]>([
    ['a channel of Slack', { channel: 'slack', to: 'C0123456789' }, {}],
    ['a mailbox that several have', mailbox, { ben: [{ channel: 'email', address: 'ANA@example.org' }] }],
    ['a service of PagerDuty that several have', duty, { ben: [duty] }],
  ])('that go to a room lead to the log-in: %s', async (_, contact, others) => {
    expect(await page(contact, others)).toEqual([
      `https://firewatch.example.com/incidents/INC-${world.incident}`,
    ])
    const kept = await world.records.credentials.list()
    expect(kept.filter(({ incident }) => incident === world.incident)).toEqual([])
  })

  it('are the same in every try of a page, and stay ended when one was ended between them', async () => {
    world.receiver.next({ kind: 'answer', status: 503 })
    await page(hook)
    await world.pass(60_000)
    const links = written().match(addresses) ?? []
    expect([links.length > 1, new Set(links).size]).toEqual([true, 1])
    const secret = linkPattern().exec(links[0] ?? '')?.[1] ?? ''
    expect(await world.records.credentials.revoke(credentialId(secret))).toBe(true)
    const sent = await world.page('r0/s1/ana/c0')
    await world.database.db
      .updateTable('pages')
      .set({ state: 'queued', finished_at: null, due_at: world.at })
      .where('id', '=', sent.id)
      .execute()
    await world.pass()
    expect(await world.records.credentials.checkPageLink(secret, world.incident)).toBeUndefined()
  })

  it('are new in what follows, for a day each', async () => {
    await page(mailbox)
    await world.acknowledge('ben')
    await world.pass()
    const links = [...new Set(written().match(addresses))]
    expect(links).toHaveLength(2)
    for (const link of links) {
      const secret = linkPattern().exec(link)?.[1] ?? ''
      expect(await world.records.credentials.checkPageLink(secret, world.incident)).toMatchObject({
        name: 'ana',
      })
    }
  })

  it('of a bundle open each its own incident', async () => {
    world.running = { ...atStart.users, ana: user('ana', [hook]) }
    const numbers: number[] = []
    for (let index = 0; index < 5; index += 1)
      numbers.push(await world.open({ service: `service-${index}`, steps: [['ana']] }))
    await world.pass()
    await world.pass(60_000)
    const links = [...new Set(written().match(addresses))]
    for (const link of links) {
      const { number, secret = '' } =
        /INC-(?<number>\d+)\/link\/(?<secret>[\w-]{43})$/.exec(link)?.groups ?? {}
      for (const one of numbers) {
        const opened = await world.records.credentials.checkPageLink(secret, one)
        expect([link, one, opened !== undefined]).toEqual([link, one, one === Number(number)])
      }
    }
    expect(new Set(links.map((link) => /INC-\d+/.exec(link)?.[0])).size).toBe(5)
  })

  it('are left out, and the page goes, when they cannot be kept', async () => {
    world.running = { ...atStart.users, ana: user('ana', [hook]) }
    await world.open({ steps: [['ana']] })
    const failing = world.sender({
      pageLinks: { urlOf: () => 'unused', issue: () => Promise.reject(new Error('the store is away')) },
    })
    await world.pass(0, failing)
    expect(written().match(addresses)).toEqual([
      `https://firewatch.example.com/incidents/INC-${world.incident}`,
    ])
  })
})
