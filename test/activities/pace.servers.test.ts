import { describe, expect, it } from 'vitest'
import type { Channel } from '../../activities/escalate-dependencies.ts'
import type { Severity } from '../../src/domain/severity.ts'
import { chat, escalationWorld, slackPerson, start } from '../support/escalation.ts'
import { user } from '../support/pages.ts'

const world = escalationWorld()
const channel = { channel: 'slack', to: 'C0123456789' } as const

type Sender = ReturnType<typeof sender>

/** Sends each page when it is due, as whoever sends does; a try that has to be repeated throws. */
function sender() {
  const by = world.activities()
  const due = new Map<string, number>()
  const send = async (page: string) => {
    const { waitMs } = await world.deliver(page, by)
    if (waitMs === null) due.delete(page)
    else due.set(page, world.at.getTime() + waitMs)
  }
  const sendAll = async () => {
    for (;;) {
      const [next] = [...due].toSorted(([, a], [, b]) => a - b)
      if (next === undefined) return
      const [page, at] = next
      world.at = new Date(Math.max(at, world.at.getTime()))
      await send(page)
    }
  }
  return { send, sendAll }
}

/** One incident after the other, each of which pages these people of step 1; each page is given to the sender as it comes. */
async function pagesOf(
  incidents: number,
  severity: Severity,
  people: readonly string[],
  { send }: Pick<Sender, 'send'>,
): Promise<string[]> {
  const pages: string[] = []
  for (let number = 0; number < incidents; number++) {
    await world.openAnother({ severity })
    const queued = await world.enter(1)
    await world.pages.cancelUnsent(world.incident, { reason: 'not of this test', except: people }, start)
    for (const { id } of queued.filter(({ person }) => people.includes(person))) {
      pages.push(id)
      await send(id)
    }
  }
  return pages
}

function stubbed(send: Channel['send']) {
  const slack: Channel = { keepsIncidents: true, bundles: true, hasKey: false, send }
  const unused: Channel = { ...slack, send: () => expect.fail('not the channel of this test') }
  return world.activities({
    channels: { slack, webhook: unused, pagerduty: unused, telegram: unused, email: unused },
  })
}

const onlyQueue = { send: () => Promise.resolve() }

describe('N21 our own pace is neither a try nor a failure', () => {
  it.each([
    ['twelve P1 to one channel', 12, 'P1', ['ana']],
    ['twelve P0, which wait for no lane', 12, 'P0', ['ana']],
    ['twenty P2', 20, 'P2', ['ana']],
    ['twelve P1 to two people of the same channel', 12, 'P1', ['ana', 'ben']],
  ] as const)('%s: all arrive, and none failed', async (_, count, severity, people) => {
    world.running = {
      ana: user('ana', [channel]),
      ben: user('ben', [channel]),
    }
    const by = sender()
    const pages = await pagesOf(count, severity, people, by)
    expect(pages).toHaveLength(count * people.length)
    await by.sendAll()
    for (const id of pages) {
      expect(await world.pages.find(id)).toMatchObject({ state: 'sent', attempts: 1, lastError: null })
    }
    expect(world.slack.received.filter(({ accepted }) => !accepted)).toEqual([])
    const shown = world.slack.messages.map((message) => message.shown).join('\n')
    for (const id of pages) expect(shown).toContain(id.split('/')[0])
    expect(world.said().filter((one) => one.startsWith('Could not'))).toEqual([])
  })

  it('a page that waits again has lost nothing: neither a try that failed before nor one that may have arrived', async () => {
    world.running = { ana: user('ana', [slackPerson]), ben: user('ben', []) }
    const [page = ''] = await pagesOf(1, 'P1', ['ana'], onlyQueue)
    const outcomes: Awaited<ReturnType<Channel['send']>>[] = [
      { kind: 'retry', error: 'answered 500' },
      { kind: 'unknown', error: 'connection lost' },
      { kind: 'wait', waitMs: 700, reason: 'others come first' },
      { kind: 'wait', waitMs: 300, reason: 'others come first' },
      { kind: 'sent' },
    ]
    const marks: boolean[] = []
    const by = stubbed((_contact, { possibleRepeat }) => {
      marks.push(possibleRepeat)
      return Promise.resolve(outcomes[marks.length - 1] ?? { kind: 'sent' })
    })
    await expect(world.deliver(page, by)).rejects.toThrow('answered 500')
    await expect(world.deliver(page, by)).rejects.toThrow('connection lost')
    expect(await world.deliver(page, by)).toEqual({ state: 'queued', next: null, waitMs: 700 })
    expect(await world.deliver(page, by)).toEqual({ state: 'queued', next: null, waitMs: 300 })
    expect(await world.pages.find(page)).toMatchObject({ attempts: 2, unknownTries: 1, finishedAt: null })
    expect(await world.deliver(page, by)).toMatchObject({ state: 'sent', waitMs: null })
    expect(marks).toEqual([false, false, true, true, true])
    expect(await world.pages.find(page)).toMatchObject({ attempts: 3 })
  })

  it('a page that is called off while it is told to wait is cancelled, for it never went out', async () => {
    world.running = { ana: user('ana', [channel]), ben: user('ben', []) }
    const [page = '', bundled = ''] = await pagesOf(2, 'P1', ['ana'], onlyQueue)
    const by = stubbed(async () => {
      await world.callOff(page)
      return { kind: 'wait', waitMs: 1_000, reason: 'others come first' }
    })
    expect(await world.deliver(page, by)).toEqual({ state: 'cancelled', next: null, waitMs: null })
    expect(await world.pages.find(bundled)).toMatchObject({ state: 'queued', attempts: 0, leader: null })
  })

  it('twelve P1 to one Telegram chat of two people', async () => {
    world.running = { ana: user('ana', [chat]), ben: user('ben', [chat]) }
    const by = sender()
    const pages = await pagesOf(6, 'P1', ['ana', 'ben'], by)
    await by.sendAll()
    for (const id of pages) expect(await world.pages.find(id)).toMatchObject({ state: 'sent', attempts: 1 })
  })
})
