import { expect } from 'vitest'
import { followUpPages } from '../../src/domain/escalate/escalate.ts'
import { queueOrder } from '../../src/domain/page/bundle.ts'
import type { PageState } from '../../src/domain/page/page.ts'
import { stateOfReports } from '../../src/domain/page/state.ts'
import { readReply } from '../../src/domain/page/reply-code.ts'
import { describeCases, type Expectation, type Fields, listOf, textOf } from '../support/cases.ts'
import { escalationWorld, start } from '../support/escalation.ts'
import { page } from '../support/pages.ts'

const world = escalationWorld()

describeCases('on-call', 'delivery', async (input, expectation) => {
  checkReports(input, expectation)
  checkOrder(input, expectation)
  checkSubscribers(input, expectation)
  checkReplies(input, expectation)
  await checkRetries(input, expectation)
  await checkCrash(input, expectation)
  await checkBundles(input, expectation)
})

function checkReports(input: Fields, expectation: Expectation): void {
  expectation.field('status', (expected) => {
    const reports = listOf<readonly [number, PageState]>(input['callbacks'])
    expect(stateOfReports(reports.map(([sequence, state]) => ({ sequence, state })))).toBe(expected)
  })
}

/** So many pages wait for each service; the first has been told of, with the oldest page. */
function checkOrder(input: Fields, expectation: Expectation): void {
  expectation.field('next', (expected) => {
    const queue = Object.entries(input['queue'] as Readonly<Record<string, number>>)
    const waiting = queue.flatMap(([service, count], place) =>
      Array.from({ length: count }, (_, number) => ({
        page: `${service}/${number}`,
        service,
        severity: 'P1' as const,
        createdAt: new Date(Date.parse(start) + place * 1_000_000 + number).toISOString(),
      })),
    )
    const [told] = queue[0] ?? []
    const order = queueOrder(waiting, told === undefined ? {} : { [told]: start })
    expect(order[0]?.service).toBe(expected)
  })
}

function checkSubscribers(input: Fields, expectation: Expectation): void {
  expectation.field('sentTo', (expected) => {
    const paged = listOf<string>(input['subscribers']).map((person) =>
      page({ id: `INC-42/r0/s1/${person}/c0`, person, state: 'sent' }),
    )
    const actor = textOf(input['closedBy'] ?? input['ackedBy'])
    const followUps = followUpPages({ kind: 'resolved', occasion: 0 }, paged, actor, () => false)
    expect(followUps.map(({ person }) => person)).toEqual(listOf(expected))
  })
}

function checkReplies(input: Fields, expectation: Expectation): void {
  expectation.field('accepted', (expected) => {
    const replies = listOf<string>(input['replies'])
    expect(replies.length).toBeGreaterThan(0)
    for (const reply of replies) expect([reply, readReply(reply) !== undefined]).toEqual([reply, expected])
  })
}

/** A failure that may pass is tried again so often, then the next contact is used; one that is final brings it at once. */
async function checkRetries(input: Fields, expectation: Expectation): Promise<void> {
  if (!expectation.has('attemptsOnFirst')) return
  const tries = Number(input['maxRetries'] ?? 3) + 1
  await world.open({ steps: [['ana']] })
  world.receiver.next({ kind: 'answer', status: 500 }, tries)
  await world.pass(60_000)
  expectation.field('attemptsOnFirst', (expected) =>
    expect(world.receiver.received).toHaveLength(Number(expected)),
  )
  const passing = await world.pages()
  await world.open({ steps: [['ana']] })
  world.receiver.next({ kind: 'answer', status: 404 })
  await world.pass()
  const permanent = await world.pages()
  expectation.field('thenFallback', (expected) => {
    for (const pages of [passing, permanent])
      expect([pages['r0/s1/ana/c0']?.state, pages['r0/s1/ana/c1']?.state === 'sent']).toEqual([
        'failed',
        expected,
      ])
  })
  expect(world.receiver.received).toHaveLength(tries + 1)
}

/** The process dies between the provider's answer and our note of it. */
async function checkCrash(input: Fields, expectation: Expectation): Promise<void> {
  if (!expectation.has('userSees')) return
  expect(textOf(input['crash'])).toMatch(/after .*accept/)
  await world.open({ steps: [['ben']] })
  const dying = world.sender({
    outbox: { ...world.records.sending, settle: () => Promise.reject(new Error('killed')) },
  })
  await expect(dying.sendDue()).rejects.toThrow('killed')
  await world.pass(20_000)
  expect(await world.page('r0/s1/ben/c0')).toMatchObject({ state: 'sent' })
  expectation.field('userSees', (expected) => {
    expect(world.receiver.received).toHaveLength(2)
    expect(world.receiver.effects()).toHaveLength(Number.parseInt(textOf(expected), 10))
  })
}

/** Row by row: so many wait, so many of them are acknowledged, and then what is left is sent. */
async function checkBundles(input: Fields, expectation: Expectation): Promise<void> {
  if (!expectation.has('messages')) return
  const messages: number[] = []
  const counts: (number | null)[] = []
  for (const acked of listOf<number>(input['ackedBeforeSend'] ?? 0)) {
    const before = world.receiver.effects().length
    const waiting: number[] = []
    for (let number = 0; number < Number(input['pending']); number++)
      waiting.push(await world.open({ steps: [['ben']] }))
    for (const incident of waiting.slice(0, acked)) await world.acknowledge('ana', incident)
    await world.pass()
    const sent = world.receiver.effects().slice(before)
    messages.push(sent.length)
    counts.push(sent.length === 0 ? null : 1 + bundledIn(sent[0]?.body['bundled']))
  }
  expectation.field('messages', (expected) => expect(messages).toEqual(listOf(expected)))
  expectation.field('count', (expected) => expect(counts).toEqual(listOf(expected)))
}

function bundledIn(bundled: unknown): number {
  return Array.isArray(bundled) ? bundled.length : 0
}
