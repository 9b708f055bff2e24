import { ApplicationFailure } from '@temporalio/common'
import { beforeEach, describe, expect, it } from 'vitest'
import type { Channel } from '../../activities/escalate-dependencies.ts'
import type { PageRef } from '../../src/domain/escalate.ts'
import type { PageResult } from '../../src/domain/escalate-messages.ts'
import type { SendOutcome } from '../../src/domain/page.ts'
import { atStart, backup, chat, duty, escalationWorld, start } from '../support/escalation.ts'
import { begin, user } from '../support/pages.ts'

const world = escalationWorld()

const everyChannel = (channel: Channel) => ({
  webhook: channel,
  pagerduty: channel,
  telegram: channel,
  slack: channel,
  email: channel,
})

/** A channel without a key. It answers in turn, and goes on with the last answer; `marks` says which tries were possible repeats. */
function unsureChannel(outcomes: readonly SendOutcome[] = [{ kind: 'unknown', error: 'connection lost' }]) {
  const marks: boolean[] = []
  const channel: Channel = {
    keepsIncidents: false,
    bundles: true,
    hasKey: false,
    send: (_contact, { possibleRepeat }) => {
      const outcome = outcomes[Math.min(marks.length, outcomes.length - 1)]
      marks.push(possibleRepeat)
      return Promise.resolve(outcome ?? { kind: 'sent' })
    },
  }
  return { channel, marks }
}

describe('delivering a page', () => {
  it('sends what is stored, records it and tells the timeline', async () => {
    const id = await world.onlyPageOf(1, 'ana')
    expect(await world.deliver(id)).toEqual({ state: 'sent', next: null, waitMs: null })
    expect(world.receiver.effects()).toMatchObject([
      {
        key: expect.stringMatching(new RegExp(`^[0-9a-f]{16}/${id}$`)) as string,
        body: {
          kind: 'page',
          incident: `INC-${world.incident}`,
          title: 'checkout: error-rate',
          severity: 'P1',
          person: 'ana',
          lines: ['Error rate of ios is 12 %, usually 1 %'],
          firingCount: 1,
          nowDoing: 'Restarting checkout-2',
          incidentUrl: `https://firewatch.example.com/incidents/INC-${world.incident}`,
        },
      },
    ])
    expect(await world.pages.find(id)).toMatchObject({ state: 'sent', attempts: 1, sentAt: start })
    expect(world.said()).toContain('Paged ana by webhook (step 1)')
  })

  it('does nothing for a page that was sent, but makes sure that the timeline has it', async () => {
    const id = await world.onlyPageOf(1, 'ana')
    await world.deliver(id)
    world.timeline.clear()
    expect(await world.deliver(id)).toEqual({ state: 'sent', next: null, waitMs: null })
    expect(world.receiver.received).toHaveLength(1)
    expect(world.said()).toEqual(['Paged ana by webhook (step 1)'])
  })

  it('M03, F13: after a crash between acceptance and record the receiver acts once and the page is sent', async () => {
    const id = await world.onlyPageOf(1, 'ana')
    const dying = world.activities({
      pages: { ...world.pages, settle: () => Promise.reject(new Error('the process died')) },
    })
    await expect(world.deliver(id, dying)).rejects.toThrow('the process died')
    expect(await world.deliver(id)).toEqual({ state: 'sent', next: null, waitMs: null })
    expect(world.receiver.received).toHaveLength(2)
    expect(world.receiver.effects()).toHaveLength(1)
  })

  it('asks to be tried again when the provider says, and otherwise ever later', async () => {
    const id = await world.onlyPageOf(1, 'ana')
    world.receiver.next({ kind: 'answer', status: 500 }, 3)
    world.receiver.next({ kind: 'answer', status: 429, retryAfter: '30' })
    const waits: number[] = []
    for (let attempt = 1; attempt <= 4; attempt++) {
      const failure: unknown = await world.deliver(id).catch((error: unknown) => error)
      expect(failure).toMatchObject({ type: 'PageNotSent', nonRetryable: false })
      if (failure instanceof ApplicationFailure) waits.push(Number(failure.nextRetryDelay))
    }
    expect(waits[0]).toBeGreaterThanOrEqual(500)
    expect(waits[1]).toBeGreaterThan(waits[0] ?? 0)
    expect(waits[2]).toBeGreaterThan(waits[1] ?? 0)
    expect(waits[3]).toBe(30_000)
    expect(await world.pages.find(id)).toMatchObject({
      state: 'failed',
      attempts: 4,
      lastError: 'answered 429',
      finishedAt: null,
    })
    expect(await world.deliver(id)).toEqual({ state: 'sent', next: null, waitMs: null })
  })

  it('refuses a page that was never queued, for good', async () => {
    await expect(world.deliver('INC-1/r0/s9/nobody/c0')).rejects.toMatchObject({
      type: 'NoSuchPage',
      nonRetryable: true,
    })
  })
})

describe('a person who cannot be reached', () => {
  it('M02: is tried over the next contact when the tries are used up', async () => {
    const id = await world.onlyPageOf(1, 'ana')
    world.receiver.next({ kind: 'answer', status: 500 }, 3)
    const result = await world.deliverOrFail(id)
    expect(result).toMatchObject({ state: 'failed', next: { person: 'ana', channel: 'pagerduty' } })
    expect(world.said()).toContain('Could not reach ana by webhook: answered 500, tried 3 times')
    expect(await world.deliver(result.next?.id ?? '')).toEqual({ state: 'sent', next: null, waitMs: null })
    expect(world.pagerDuty.incidents).toMatchObject([{ status: 'triggered' }])
    expect(world.said()).toContain('Paged ana by PagerDuty (step 1, contact 2)')
  })

  it('F02: is tried over the next contact at once when the refusal is final, with its reason', async () => {
    const id = await world.onlyPageOf(3, 'dora')
    const body = JSON.stringify({
      status: 'invalid event',
      message: 'Event object is invalid',
      errors: ['too blue'],
    })
    world.pagerDuty.next({ kind: 'answer', status: 400, body })
    const result = await world.deliver(id)
    expect(result).toMatchObject({
      state: 'failed',
      next: { id: `INC-${world.incident}/r0/s3/dora/c1`, channel: 'webhook' },
    })
    expect(world.said()).toContain(
      'Could not reach dora by PagerDuty: answered 400: invalid event; Event object is invalid; too blue, tried once',
    )
    await world.deliver(result.next?.id ?? '')
    expect(world.backupReceiver.effects()).toHaveLength(1)
    expect(world.pagerDuty.received).toHaveLength(1)
  })

  it('has the same next page when the answer was lost on its way to the workflow', async () => {
    const id = await world.onlyPageOf(3, 'dora')
    world.pagerDuty.next({ kind: 'answer', status: 400 })
    const result = await world.deliver(id)
    expect(await world.deliver(id)).toEqual(result)
    expect(await world.activities().failPage({ page: id, reason: 'again' })).toEqual(result)
  })

  it('F12: when every contact of step 1 is down there is nothing left, and step 2 can be entered at once', async () => {
    const refs = await world.enter(1)
    await Promise.all([world.receiver.stop(), world.pagerDuty.stop()])
    const results: PageResult[] = []
    for (let left: readonly PageRef[] = refs; left.length > 0; ) {
      const settled = await Promise.all(left.map(({ id }) => world.deliverOrFail(id, 1)))
      results.push(...settled)
      left = settled.flatMap(({ next }) => (next === null ? [] : [next]))
    }
    expect(results.map(({ state }) => state)).toEqual(['failed', 'failed', 'failed'])
    expect(world.said()).toEqual(
      expect.arrayContaining([
        'Could not reach ana by webhook: connection refused (ECONNREFUSED), tried once',
        'Could not reach ben by webhook: connection refused (ECONNREFUSED), tried once',
        'Could not reach ana by PagerDuty: connection refused (ECONNREFUSED), tried once',
      ]),
    )
    const { next } = await world
      .activities()
      .queueStepPages({ incident: world.incident, step: 2, round: 0, urged: false })
    expect(next).toEqual({ step: 3, round: 0 })
  })

  it('may have been reached by a try that never reported: unknown, and the next contact is tried', async () => {
    const id = await world.onlyPageOf(1, 'ana')
    await begin(world.pages, id)
    const result = await world.activities().failPage({ page: id, reason: 'the worker did not report back' })
    expect(result).toMatchObject({ state: 'unknown', next: { channel: 'pagerduty' } })
    expect(world.said()).toContain(
      'Could not tell whether ana was reached by webhook: the worker did not report back, tried once',
    )
  })

  it('is tried once more, as a possible repeat, when the channel cannot tell, and then over the next contact', async () => {
    const id = await world.onlyPageOf(1, 'ana')
    const { channel, marks } = unsureChannel()
    const unsure = world.activities({ channels: everyChannel(channel) })
    await expect(world.deliver(id, unsure)).rejects.toMatchObject({
      type: 'PageNotSent',
      nonRetryable: false,
    })
    expect(await world.deliver(id, unsure)).toMatchObject({
      state: 'unknown',
      next: { channel: 'pagerduty' },
    })
    expect(marks).toEqual([false, true])
    expect(world.said()).toContain(
      'Could not tell whether ana was reached by webhook: connection lost, tried 2 times',
    )
  })

  it('hears no third try over a channel without a key, however often the process dies', async () => {
    const id = await world.onlyPageOf(1, 'ana')
    await begin(world.pages, id)
    await begin(world.pages, id)
    const { channel, marks } = unsureChannel()
    const unsure = world.activities({ channels: everyChannel(channel) })
    expect(await world.deliver(id, unsure)).toMatchObject({ state: 'unknown' })
    expect(marks).toEqual([])
  })

  it('hears the mark of a possible repeat also after a further try that failed for sure', async () => {
    const id = await world.onlyPageOf(1, 'ana')
    const { channel, marks } = unsureChannel([
      { kind: 'unknown', error: 'connection lost' },
      { kind: 'retry', error: 'answered 500' },
      { kind: 'sent' },
    ])
    const unsure = world.activities({ channels: everyChannel(channel) })
    await expect(world.deliver(id, unsure)).rejects.toMatchObject({ type: 'PageNotSent' })
    await expect(world.deliver(id, unsure)).rejects.toMatchObject({ type: 'PageNotSent' })
    expect(await world.deliver(id, unsure)).toEqual({ state: 'sent', next: null, waitMs: null })
    expect(marks).toEqual([false, true, true])
  })

  it('hears no repeat of what was called off while nobody knew', async () => {
    const id = await world.onlyPageOf(1, 'ana')
    const { channel, marks } = unsureChannel()
    const unsure = world.activities({ channels: everyChannel(channel) })
    await expect(world.deliver(id, unsure)).rejects.toMatchObject({ type: 'PageNotSent' })
    await world.activities().cancelPages({ incident: world.incident, reason: 'ben acknowledged', except: [] })
    expect(await world.deliver(id, unsure)).toEqual({ state: 'unknown', next: null, waitMs: null })
    expect(marks).toEqual([false])
  })
})

describe('a person on Telegram', () => {
  beforeEach(() => {
    world.running = { ...atStart.users, ana: user('ana', [chat]) }
  })

  it('sees the page with its chart, and the end of it as an answer', async () => {
    const id = await world.onlyPageOf(1, 'ana')
    expect(await world.deliver(id)).toEqual({ state: 'sent', next: null, waitMs: null })
    expect(world.said()).toContain('Paged ana by Telegram (step 1)')
    await world.incidents.close(world.incident, 'firewatch', start, null)
    const [followUp] = await world
      .activities()
      .queueFollowUps({ incident: world.incident, kind: 'resolved', occasion: 0 })
    await world.deliver(followUp?.id ?? '')
    expect(world.telegram.messages).toMatchObject([
      { messageId: 1, text: expect.stringContaining('• Error rate of ios is 12 %') as string, photo: {} },
      { messageId: 2, text: expect.stringContaining('Resolved by firewatch') as string, replyTo: 1 },
    ])
  })

  it('is sent one more message, marked as a possible repeat, when the answer was lost', async () => {
    const id = await world.onlyPageOf(1, 'ana')
    world.telegram.next({ kind: 'reset', when: 'after' })
    await expect(world.deliver(id)).rejects.toMatchObject({ type: 'PageNotSent' })
    expect(await world.deliver(id)).toEqual({ state: 'sent', next: null, waitMs: null })
    const texts = world.telegram.messages.map(({ text }) => text.split('\n')[0])
    expect(texts).toEqual([
      `P1 INC-${world.incident}: checkout: error-rate`,
      'Possible repeat: an earlier try of this message may have reached you.',
    ])
  })

  it('M03: is told of a possible repeat also when the process died before it could record anything', async () => {
    const id = await world.onlyPageOf(1, 'ana')
    const dying = world.activities({
      pages: { ...world.pages, settle: () => Promise.reject(new Error('the process died')) },
    })
    await expect(world.deliver(id, dying)).rejects.toThrow('the process died')
    expect(await world.deliver(id)).toEqual({ state: 'sent', next: null, waitMs: null })
    expect(world.telegram.messages).toHaveLength(2)
    expect(world.telegram.messages[1]?.text).toMatch(/^Possible repeat/)
  })
})

describe('how a person is reached', () => {
  it('is as configured now', async () => {
    world.running = { ...atStart.users, ana: user('ana', [backup]) }
    await world.deliver(await world.onlyPageOf(1, 'ana'))
    expect(world.backupReceiver.effects()).toHaveLength(1)
    expect(world.receiver.received).toEqual([])
  })

  it('is as it was when the incident started, for somebody who has left the configuration', async () => {
    world.running = {}
    await world.deliver(await world.onlyPageOf(1, 'ana'))
    expect(world.receiver.effects()).toHaveLength(1)
  })

  it('fails over when it changed while the page was waiting', async () => {
    const id = await world.onlyPageOf(1, 'ana')
    world.running = { ...atStart.users, ana: user('ana', [duty, backup]) }
    const { state, next } = await world.deliver(id)
    expect(state).toBe('failed')
    expect(world.said()).toContain(
      'Could not reach ana by webhook: the configuration has changed: ana is no longer reached this way, tried once',
    )
    await world.deliver(next?.id ?? '')
    expect(world.backupReceiver.effects()).toHaveLength(1)
  })
})
