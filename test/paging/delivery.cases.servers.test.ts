import { expect } from 'vitest'
import { followUpPages } from '../../src/domain/escalate.ts'
import { laneOrder } from '../../src/domain/bundle.ts'
import type { PageState } from '../../src/domain/page.ts'
import { stateOfReports } from '../../src/domain/page-state.ts'
import { readReply } from '../../src/domain/reply-code.ts'
import { describeCases, type Expectation, type Fields, listOf, textOf } from '../support/cases.ts'
import { type EscalationWorld, escalationWorld, start } from '../support/escalation.ts'
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
    const order = laneOrder(waiting, told === undefined ? {} : { [told]: start })
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
  const first = await world.onlyPageOf(1, 'ana')
  for (let attempt = 1; attempt <= tries; attempt++) world.receiver.next({ kind: 'answer', status: 500 })
  const passing = await world.deliverOrFail(first, tries)
  expectation.field('attemptsOnFirst', (expected) =>
    expect(world.receiver.received).toHaveLength(Number(expected)),
  )
  await world.openAnother()
  world.receiver.next({ kind: 'answer', status: 404 })
  const permanent = await world.deliver(await world.onlyPageOf(1, 'ana'))
  expectation.field('thenFallback', (expected) => {
    for (const { state, next } of [passing, permanent])
      expect([state, next?.id.endsWith('/ana/c1') === true]).toEqual(['failed', expected])
  })
  expect(world.receiver.received).toHaveLength(tries + 1)
}

/** The process dies between the provider's answer and our note of it. */
async function checkCrash(input: Fields, expectation: Expectation): Promise<void> {
  if (!expectation.has('userSees')) return
  expect(textOf(input['crash'])).toMatch(/after .*accept/)
  const id = await world.onlyPageOf(1, 'ben')
  await expect(world.deliver(id, dyingAfterSend(world))).rejects.toThrow('killed')
  expect(await world.deliver(id)).toMatchObject({ state: 'sent' })
  expectation.field('userSees', (expected) => {
    expect(world.receiver.received).toHaveLength(2)
    expect(world.receiver.effects()).toHaveLength(Number.parseInt(textOf(expected), 10))
  })
}

function dyingAfterSend(escalation: EscalationWorld) {
  const { pages } = escalation
  return escalation.activities({ pages: { ...pages, settle: () => Promise.reject(new Error('killed')) } })
}

/** Row by row: so many wait, so many of them are acknowledged, and then the first is sent. */
async function checkBundles(input: Fields, expectation: Expectation): Promise<void> {
  if (!expectation.has('messages')) return
  const messages: number[] = []
  const counts: (number | null)[] = []
  for (const acked of listOf<number>(input['ackedBeforeSend'] ?? 0)) {
    const before = world.receiver.effects().length
    const waiting: string[] = []
    for (let number = 0; number < Number(input['pending']); number++) {
      await world.openAnother()
      waiting.push(await world.onlyPageOf(1, 'ben'))
    }
    for (const page of waiting.slice(0, acked)) await world.callOff(page)
    for (const page of waiting) await world.deliver(page)
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
