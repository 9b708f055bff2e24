import { beforeEach, describe, expect, it } from 'vitest'
import { type HandlerWorld, handlersOf } from '../support/channel-handlers.ts'
import { atStart, chat, escalationWorld, mailbox, slackPerson } from '../support/escalation.ts'
import { user } from '../support/pages.ts'

const world = escalationWorld()
const toAna = { steps: [['ana'], ['ana']] }

const reach = (contact: Parameters<typeof user>[1][number]) => {
  world.running = { ...atStart.users, ana: user('ana', [contact]) }
}

const slackButtons = () =>
  world.slack.messages.map(({ buttons }) => buttons.map(({ text }) => text).join(', '))
const telegramButtons = () =>
  world.telegram.messages.map(({ buttons }) => buttons.map(({ text }) => text).join(', '))

async function pagedTwice(): Promise<void> {
  await world.open(toAna)
  await world.pass(2_000)
  await world.records.commands.escalateNow(world.command('ben'))
  await world.pass(2_000)
}

describe('N18: an incident whose person was paged in step 1 and again in step 2', () => {
  it.each(['ana', 'ben'])('has no live button left on Slack once %s acknowledged it', async (actor) => {
    reach(slackPerson)
    await pagedTwice()
    expect(slackButtons()).toEqual(['Acknowledge, Escalate, Resolve', 'Acknowledge, Escalate, Resolve'])
    await world.acknowledge(actor)
    await world.pass(5_000)
    expect(slackButtons()).toEqual(['Resolve', 'Resolve'])
    for (const { shown } of world.slack.messages) expect(shown).toContain(`${actor} acknowledged`)
    await world.resolve('ben')
    await world.pass(5_000)
    expect(slackButtons()).toEqual(['', ''])
  })

  it.each(['ana', 'ben'])('has none left on Telegram once %s acknowledged it', async (actor) => {
    reach(chat)
    await pagedTwice()
    await world.acknowledge(actor)
    await world.pass(5_000)
    expect(telegramButtons().slice(0, 2)).toEqual(['✓ Acknowledged', '✓ Acknowledged'])
    // Whoever did it is not told of it.
    expect(world.telegram.messages).toHaveLength(actor === 'ana' ? 2 : 3)
    await world.resolve('ben')
    await world.pass(5_000)
    expect(new Set(telegramButtons())).toEqual(new Set(['']))
  })
})

describe('N18: a page that arrives once its person heard that it was over', () => {
  /** Ben acts while the page of step 2 is under way, and ana's first message follows him before the second has arrived. */
  const arrivesAfter = (act: () => Promise<void>) =>
    world.sender({
      outbox: {
        ...world.records.sending,
        settle: async (page, end) => {
          if (page.kind === 'page' && page.step === 2) {
            await act()
            await world.sender().sendDue()
          }
          return world.records.sending.settle(page, end)
        },
      },
    })

  it.each([
    ['acknowledged', () => world.acknowledge('ben'), 'Resolve'],
    ['resolved', () => world.resolve('ben'), ''],
  ] as const)('follows it: %s', async (_what, act, buttons) => {
    reach(slackPerson)
    await world.open(toAna)
    await world.pass(2_000)
    await world.records.commands.escalateNow(world.command('ben'))
    await world.pass(5_000, arrivesAfter(act))
    await world.pass(5_000)
    expect(slackButtons()).toEqual([buttons, buttons])
  })

  it('says so once more on a channel that edits nothing, and only to whom it came late', async () => {
    await world.open({ steps: [['ana', 'ben'], ['ana']] })
    await world.pass(2_000)
    await world.records.commands.escalateNow(world.command('carl'))
    await world.pass(
      5_000,
      arrivesAfter(() => world.acknowledge('carl')),
    )
    await world.pass(5_000)
    const said = world.receiver
      .effects()
      .map(({ body }) => `${String(body['kind'])} ${String(body['person'])}`)
    expect(said.filter((one) => one === 'acknowledged ana')).toHaveLength(2)
    expect(said.filter((one) => one === 'acknowledged ben')).toHaveLength(1)
  })
})

describe('N18: a bundle', () => {
  let handlers: HandlerWorld
  const open = async (count: number) => {
    const incidents: number[] = []
    for (let number = 0; number < count; number++) incidents.push(await world.open({ steps: [['ana']] }))
    await world.pass(2_000)
    handlers = await handlersOf(world, world.records.commands)
    return incidents
  }
  const owners = (incidents: readonly number[]) =>
    Promise.all(incidents.map(async (one) => (await world.records.incidents.get(one)).acknowledgedBy))

  describe.each([2, 3, 7])('of %i incidents', (count) => {
    it('is acknowledged as a whole on Slack, and follows each of them', async () => {
      reach(slackPerson)
      const incidents = await open(count)
      expect(slackButtons()).toEqual([`Acknowledge all ${count}`])
      await world.acknowledge('ben', incidents[0])
      await world.pass(5_000)
      expect(slackButtons()).toEqual([count === 2 ? 'Acknowledge' : `Acknowledge all ${count - 1}`])
      const button = world.slack.messages[0]?.buttons[0]
      if (button === undefined) throw new Error('there is no button')
      await handlers.bring('/slack/interactions', world.slack.press('U0123456789', button))
      await handlers.idle()
      expect(await owners(incidents)).toEqual(['ben', ...incidents.slice(1).map(() => 'ana')])
      await world.pass(60_000)
      expect(slackButtons()).toEqual([''])
      for (const incident of incidents) await world.resolve('ben', incident)
      await world.pass(60_000)
      const [message, ...more] = world.slack.messages
      expect(more).toEqual([])
      for (const incident of incidents) expect(message?.shown).toContain(`INC-${incident}`)
      expect(message?.shown.match(/resolved by ben/g)).toHaveLength(count)
    })

    it('is acknowledged as a whole on Telegram, and each of them is heard of', async () => {
      reach(chat)
      const incidents = await open(count)
      expect(telegramButtons()[0]).toBe(`Acknowledge all ${count}`)
      const [page] = world.telegram.messages
      if (page === undefined) throw new Error('there is no page')
      await handlers.bring('/telegram/webhook', world.telegram.press(42, page, `Acknowledge all ${count}`))
      await handlers.idle()
      expect(await owners(incidents)).toEqual(incidents.map(() => 'ana'))
      await world.pass(5_000)
      expect(telegramButtons()).toEqual(['✓ Acknowledged'])
      for (const incident of incidents) await world.resolve('ben', incident)
      await world.pass(5_000)
      const said = world.telegram.messages.slice(1).map(({ text }) => text)
      for (const incident of incidents) expect(said.join('\n')).toContain(`INC-${incident}`)
      expect(new Set(telegramButtons())).toEqual(new Set(['']))
    })

    it('is acknowledged as a whole by the link of a mail', async () => {
      reach(mailbox)
      const incidents = await open(count)
      const [mail] = world.smtp.mails
      expect(mail?.text).toContain(`Acknowledge all ${count}`)
      const link = /https:\/\/firewatch\.example\.com(\/answers\/\S+)/.exec(mail?.text ?? '')?.[1] ?? ''
      expect((await handlers.app.inject({ method: 'GET', url: link })).body).toContain(
        `all ${count} incidents`,
      )
      expect((await handlers.app.inject({ method: 'POST', url: link })).statusCode).toBe(200)
      expect(await owners(incidents)).toEqual(incidents.map(() => 'ana'))
    })

    it('tells a webhook of the end of each', async () => {
      const incidents = await open(count)
      for (const incident of incidents) await world.resolve('ben', incident)
      await world.pass(60_000)
      const resolved = world.receiver.effects().filter(({ body }) => body['kind'] === 'resolved')
      const named = resolved.flatMap(({ body }) => [
        body['incident'],
        ...(body['bundled'] as { incident: string }[]).map(({ incident }) => incident),
      ])
      expect(new Set(named)).toEqual(new Set(incidents.map((incident) => `INC-${incident}`)))
      expect(resolved).toHaveLength(1)
    })
  })
})

describe('N48: a message of Slack that was deleted', () => {
  beforeEach(() => reach(slackPerson))
  const gone = (error: string) =>
    ({ kind: 'answer', status: 200, body: JSON.stringify({ ok: false, error }) }) as const

  it.each([
    'message_not_found',
    'cant_update_message',
    'edit_window_closed',
    'channel_not_found',
    'is_archived',
    'is_inactive',
    'not_in_channel',
    'a_reason_of_tomorrow',
  ])('is posted once more after %s, and the new one is followed', async (error) => {
    await world.open({ steps: [['ana']] })
    await world.pass(2_000)
    world.slack.next(gone(error))
    await world.acknowledge('ben')
    await world.pass(5_000)
    expect(world.slack.messages).toHaveLength(2)
    await world.resolve('ben')
    await world.pass(5_000)
    expect(world.slack.messages).toHaveLength(2)
    expect(slackButtons()[1]).toBe('')
    expect(world.slack.messages[1]?.shown).toContain('Resolved by ben')
  })

  it('is posted once for several that are gone, of a bundle too', async () => {
    const first = await world.open({ steps: [['ana']] })
    const second = await world.open({ steps: [['ana']] })
    await world.pass(2_000)
    world.slack.next(gone('message_not_found'))
    for (const incident of [first, second]) await world.acknowledge('ben', incident)
    await world.pass(10_000)
    for (const incident of [first, second]) await world.resolve('ben', incident)
    await world.pass(10_000)
    expect(world.slack.messages).toHaveLength(2)
    expect(world.slack.messages[1]?.shown.match(/resolved by ben/g)).toHaveLength(2)
  })

  it('N48: is posted once where two incidents that it told of end in one moment', async () => {
    const incidents = []
    for (let count = 0; count < 6; count += 1) incidents.push(await world.open({ steps: [['ana']] }))
    await world.pass(10_000)
    const before = [...world.slack.messages]
    const bundle = before.find(({ shown }) => shown.includes('incidents'))
    if (bundle === undefined) throw new Error('nothing was bundled')
    world.slack.remove(bundle)
    await Promise.all(incidents.map((incident) => world.resolve('ben', incident)))
    await world.pass(10_000)
    const after = world.slack.messages.filter(({ ts }) => before.every((one) => one.ts !== ts))
    expect(after.map(({ shown }) => shown)).toHaveLength(1)
    expect(after[0]?.shown.match(/resolved by ben/g)?.length).toBeGreaterThan(1)
  })
})
