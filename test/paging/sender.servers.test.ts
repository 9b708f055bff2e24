import { beforeEach, describe, expect, it } from 'vitest'
import { channelTraits } from '../../src/domain/page/channel-traits.ts'
import type { SendOutcome } from '../../src/domain/page/page.ts'
import type { Channel } from '../../src/paging/dependencies.ts'
import { atStart, backup, chat, duty, escalationWorld, start } from '../support/escalation.ts'
import { user } from '../support/pages.ts'

const world = escalationWorld()
const onlyAna = { steps: [['ana']] }
const first = 'r0/s1/ana/c0'

const everyChannel = (channel: Channel) => ({
  webhook: channel,
  pagerduty: channel,
  telegram: channel,
  slack: channel,
  email: channel,
})

/** A channel without a key. It answers in turn, and goes on with the last answer; `marks` says which tries were possible repeats. */
function unsureSender(outcomes: readonly SendOutcome[] = [{ kind: 'unknown', error: 'connection lost' }]) {
  const marks: boolean[] = []
  const channel: Channel = {
    ...channelTraits.email,
    send: (_contact, { kind, possibleRepeat }) => {
      if (kind !== 'page') return Promise.resolve({ kind: 'sent' })
      const outcome = outcomes[Math.min(marks.length, outcomes.length - 1)]
      marks.push(possibleRepeat)
      return Promise.resolve(outcome ?? { kind: 'sent' })
    },
  }
  return { sender: world.sender({ channels: everyChannel(channel) }), marks }
}

/** It dies between its provider's answer and its note of it. */
const dyingSender = () =>
  world.sender({
    outbox: { ...world.records.sending, settle: () => Promise.reject(new Error('the process died')) },
  })

const died = () => expect(dyingSender().sendDue()).rejects.toThrow('the process died')

describe('sending a page', () => {
  it('sends what is stored, records it and tells the timeline', async () => {
    const incident = await world.open(onlyAna)
    await world.pass()
    expect(world.receiver.effects()).toMatchObject([
      {
        key: expect.stringMatching(new RegExp(`^[0-9a-f]{16}/INC-${incident}/${first}$`)) as string,
        body: {
          kind: 'page',
          incident: `INC-${incident}`,
          title: 'Error rate of ios is 12 %, usually 1 % (checkout)',
          severity: 'P1',
          person: 'ana',
          lines: ['Error rate of ios is 12 %, usually 1 %'],
          firingCount: 1,
          nowDoing: 'Paging ana (step 1)',
          next: expect.stringMatching(
            /^Firewatch pages ana \(webhook\) at .+ UTC, in 5 min, unless acknowledged$/,
          ),
          incidentUrl: expect.stringMatching(
            new RegExp(`^https://firewatch\\.example\\.com/incidents/INC-${incident}/link/[\\w-]{43}$`),
          ),
        },
      },
    ])
    expect(await world.page(first)).toMatchObject({ state: 'sent', attempts: 1, sentAt: start })
    expect(await world.said()).toContain('Paged ana by webhook (step 1)')
  })

  it('N19: says the step that it is of, and what comes after it', async () => {
    await world.open({ steps: [['ana'], ['ben'], ['dora']] })
    await world.pass()
    await world.records.commands.escalateNow(world.command('ana'))
    await world.pass()
    expect(world.receiver.effects().map(({ body }) => [body['person'], body['nowDoing']])).toEqual([
      ['ana', 'Paging ana (step 1)'],
      ['ben', 'Paging ben (step 2)'],
    ])
  })

  it('is done by one of several senders, once', async () => {
    await world.open()
    await Promise.all(Array.from({ length: 4 }, () => world.sender().sendDue()))
    expect(world.receiver.received).toHaveLength(2)
  })

  it('M03, F13: after a crash between acceptance and record the receiver acts once and the page is sent', async () => {
    await world.open(onlyAna)
    await died()
    await world.pass(19_999)
    expect(world.receiver.received).toHaveLength(1)
    await world.pass(1)
    expect(await world.page(first)).toMatchObject({ state: 'sent', attempts: 2, unknownTries: 1 })
    expect(world.receiver.received).toHaveLength(2)
    expect(world.receiver.effects()).toHaveLength(1)
  })

  it('is tried again when the provider says', async () => {
    await world.open(onlyAna)
    world.receiver.next({ kind: 'answer', status: 429, retryAfter: '30' })
    await world.pass(29_999)
    expect(await world.page(first)).toMatchObject({
      state: 'failed',
      attempts: 1,
      lastError: 'answered 429',
      finishedAt: null,
    })
    await world.pass(1)
    expect(await world.page(first)).toMatchObject({ state: 'sent', attempts: 2 })
  })

  it('is tried ever later, four times in all, and all of them within a minute', async () => {
    await world.open(onlyAna)
    world.receiver.next({ kind: 'answer', status: 500 }, 9)
    const tries: number[] = []
    for (let attempt = 1; attempt <= 4; attempt++) {
      const due = await world.records.sending.nextDue()
      world.at = due ?? world.at
      tries.push(world.at.getTime())
      await world.sender().sendDue()
    }
    const gaps = tries.slice(1).map((at, index) => at - (tries[index] ?? 0))
    expect(gaps.toSorted((a, b) => a - b)).toEqual(gaps)
    expect(gaps[0]).toBeGreaterThanOrEqual(500)
    expect(Math.max(...tries) - Date.parse(start)).toBeLessThan(60_000)
    expect(await world.page(first)).toMatchObject({ state: 'failed', attempts: 4 })
    expect(await world.pages()).toHaveProperty('r0/s1/ana/c1')
    expect(world.receiver.received).toHaveLength(4)
  })

  it('is not tried again later than a minute after the first try: the next contact is', async () => {
    await world.open(onlyAna)
    world.receiver.next({ kind: 'answer', status: 429, retryAfter: '61' })
    await world.pass()
    expect(await world.page(first)).toMatchObject({ state: 'failed', attempts: 1, finishedAt: start })
    expect(await world.page('r0/s1/ana/c1')).toMatchObject({ state: 'sent' })
  })

  it('has the whole minute for its tries also after it waited for its turn', async () => {
    await world.open(onlyAna)
    let sent = 0
    const channel: Channel = {
      ...channelTraits.email,
      send: () => {
        sent++
        return Promise.resolve(
          sent <= 4
            ? { kind: 'wait', waitMs: 20_000, reason: 'others come first' }
            : { kind: 'retry', error: 'answered 500' },
        )
      },
    }
    await world.pass(81_000, world.sender({ channels: everyChannel(channel) }))
    expect(await world.page(first)).toMatchObject({ state: 'failed', attempts: 2, finishedAt: null })
  })
})

describe('a person who cannot be reached', () => {
  it('M02: is tried over the next contact when the tries are used up', async () => {
    await world.open(onlyAna)
    world.receiver.next({ kind: 'answer', status: 500 }, 4)
    await world.pass(60_000)
    expect(await world.page(first)).toMatchObject({ state: 'failed', attempts: 4 })
    expect(await world.page('r0/s1/ana/c1')).toMatchObject({ state: 'sent', channel: 'pagerduty' })
    expect(world.pagerDuty.incidents).toMatchObject([{ status: 'triggered' }])
    expect(await world.said()).toEqual(
      expect.arrayContaining([
        'Could not reach ana by webhook: answered 500, tried 4 times',
        'Paged ana by PagerDuty (step 1, contact 2)',
      ]),
    )
  })

  it('F02: is tried over the next contact at once when the refusal is final, with its reason', async () => {
    await world.open({ steps: [['dora']] })
    const body = JSON.stringify({
      status: 'invalid event',
      message: 'Event object is invalid',
      errors: ['too blue'],
    })
    world.pagerDuty.next({ kind: 'answer', status: 400, body })
    await world.pass()
    expect(await world.page('r0/s1/dora/c0')).toMatchObject({ state: 'failed', attempts: 1 })
    expect(await world.said()).toContain(
      'Could not reach dora by PagerDuty: answered 400: invalid event; Event object is invalid; too blue, tried once',
    )
    expect(world.backupReceiver.effects()).toHaveLength(1)
    expect(world.pagerDuty.received).toHaveLength(1)
  })

  it('F12: when every contact of step 1 is down there is nothing left, and step 2 is entered at once', async () => {
    await world.open({ steps: [['ana', 'ben'], ['dora']] })
    await Promise.all([world.receiver.stop(), world.pagerDuty.stop()])
    await world.pass(20_000)
    const said = await world.said()
    expect(said).toEqual(
      expect.arrayContaining([
        'Could not reach ana by webhook: connection refused (ECONNREFUSED), tried 4 times',
        'Could not reach ben by webhook: connection refused (ECONNREFUSED), tried 4 times',
        'Could not reach ana by PagerDuty: connection refused (ECONNREFUSED), tried 4 times',
        'Paged dora by webhook (step 2, contact 2)',
      ]),
    )
    expect(world.backupReceiver.effects()).toHaveLength(1)
  })

  it('is tried once more, as a possible repeat, when the channel cannot tell, and then over the next contact', async () => {
    await world.open(onlyAna)
    const { sender, marks } = unsureSender([
      { kind: 'unknown', error: 'connection lost' },
      { kind: 'unknown', error: 'connection lost' },
      { kind: 'sent' },
    ])
    await world.pass(10_000, sender)
    expect(marks).toEqual([false, true, false])
    expect(await world.page(first)).toMatchObject({ state: 'unknown' })
    expect(await world.page('r0/s1/ana/c1')).toMatchObject({ state: 'sent' })
    expect(await world.said()).toContain(
      'Could not tell whether ana was reached by webhook: connection lost, tried 2 times',
    )
  })

  it('hears no third try over a channel without a key, however often the process dies', async () => {
    await world.open(onlyAna)
    await died()
    await world.pass(19_999)
    world.at = new Date(world.at.getTime() + 1)
    await died()
    const { sender, marks } = unsureSender()
    await world.pass(20_000, sender)
    expect(await world.page(first)).toMatchObject({ state: 'unknown', unknownTries: 2 })
    expect(marks[0]).toBe(false)
  })

  it('hears the mark of a possible repeat also after a further try that failed for sure', async () => {
    await world.open(onlyAna)
    const { sender, marks } = unsureSender([
      { kind: 'unknown', error: 'connection lost' },
      { kind: 'retry', error: 'answered 500' },
      { kind: 'sent' },
    ])
    await world.pass(10_000, sender)
    expect(await world.page(first)).toMatchObject({ state: 'sent', attempts: 3 })
    expect(marks).toEqual([false, true, true])
  })

  it('hears no repeat of what was called off while nobody knew', async () => {
    await world.open(onlyAna)
    const { sender, marks } = unsureSender()
    await sender.sendDue()
    await world.acknowledge('ben')
    await world.pass(60_000, sender)
    expect(marks).toEqual([false])
    expect(await world.page(first)).toMatchObject({ state: 'unknown' })
    expect(await world.pages()).not.toHaveProperty('r0/s1/ana/c1')
  })
})

describe('a person on Telegram', () => {
  beforeEach(async () => {
    world.running = { ...atStart.users, ana: user('ana', [chat]) }
    await world.open(onlyAna)
  })

  it('sees the page with its chart, and the end of it as an answer', async () => {
    await world.pass()
    expect(await world.said()).toContain('Paged ana by Telegram (step 1)')
    await world.resolve('ben')
    await world.pass(1_000)
    expect(world.telegram.messages).toMatchObject([
      { messageId: 1, text: expect.stringContaining('• Error rate of ios is 12 %') as string, photo: {} },
      { messageId: 2, text: expect.stringContaining('Resolved by ben') as string, replyTo: 1 },
    ])
  })

  it('is sent one more message, marked as a possible repeat, when the answer was lost', async () => {
    world.telegram.next({ kind: 'reset', when: 'after' })
    await world.pass(2_000)
    expect(await world.page(first)).toMatchObject({ state: 'sent', attempts: 2 })
    const texts = world.telegram.messages.map(({ text }) => text.split('\n')[0])
    expect(texts).toEqual([
      `P1 INC-${world.incident}: Error rate of ios is 12 %, usually 1 % (checkout)`,
      'Possible repeat: an earlier try of this message may have reached you.',
    ])
  })

  it('M03: is told of a possible repeat also when the process died before it could record anything', async () => {
    await died()
    await world.pass(20_000)
    expect(await world.page(first)).toMatchObject({ state: 'sent' })
    expect(world.telegram.messages).toHaveLength(2)
    expect(world.telegram.messages[1]?.text).toMatch(/^Possible repeat/)
  })
})

describe('how a person is reached', () => {
  it('is as configured now', async () => {
    world.running = { ...atStart.users, ana: user('ana', [backup]) }
    await world.open(onlyAna)
    await world.pass()
    expect(world.backupReceiver.effects()).toHaveLength(1)
    expect(world.receiver.received).toEqual([])
  })

  it('is as it was when the incident started, for somebody who has left the configuration', async () => {
    world.running = {}
    await world.open(onlyAna)
    await world.pass()
    expect(world.receiver.effects()).toHaveLength(1)
  })

  it('fails over when it changed while the page was waiting', async () => {
    await world.open(onlyAna)
    world.running = { ...atStart.users, ana: user('ana', [duty, backup]) }
    await world.pass()
    expect(await world.page(first)).toMatchObject({ state: 'failed' })
    expect(await world.said()).toContain(
      'Could not reach ana by webhook: the configuration has changed: ana is no longer reached this way, tried once',
    )
    expect(world.backupReceiver.effects()).toHaveLength(1)
  })
})
