import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { EscalationPolicy } from '../../../src/domain/configuration/escalation-policy.ts'
import {
  type EscalationPosition,
  firstPosition,
  followUpPages,
  nextContactPage,
  nextPosition,
  outsideSteps,
  pageId,
  pagesFor,
  stepAt,
} from '../../../src/domain/escalate/escalate.ts'
import { page, user } from '../../support/pages.ts'

function policyOf(delaysMin: readonly number[], repeat: number): EscalationPolicy {
  const steps = delaysMin.map((minutes) => ({ notify: ['ana'], ackTimeoutMs: minutes * 60_000 }))
  return { name: 'default', steps, repeat, fallback: [] }
}

/** What a workflow does that nobody answers, as `[second, what, round]`. */
function walk(policy: EscalationPolicy): [number, string, number][] {
  const events: [number, string, number][] = []
  let second = 0
  let round = 0
  for (let at: EscalationPosition | null = firstPosition; at !== null; at = nextPosition(policy, at)) {
    events.push([second, `step${at.step}`, at.round])
    second += (stepAt(policy, at.step)?.ackTimeoutMs ?? 0) / 1000
    round = at.round
  }
  return [...events, [second, 'exhausted', round]]
}

const hook = { channel: 'webhook', url: '${env:HOOK}' } as const
const duty = { channel: 'pagerduty', routingKey: '${env:KEY}' } as const
const users = { ana: user('ana', [duty, hook]), ben: user('ben', [hook]), carl: user('carl', []) }

describe('the way through a policy', () => {
  it('E01: three steps, repeated once, and then exhausted', () => {
    expect(walk(policyOf([5, 10, 15], 1))).toEqual([
      [0, 'step1', 0],
      [300, 'step2', 0],
      [900, 'step3', 0],
      [1800, 'step1', 1],
      [2100, 'step2', 1],
      [2700, 'step3', 1],
      [3600, 'exhausted', 1],
    ])
  })

  it('visits every step of every round once, for any policy', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(60), { minLength: 1, maxLength: 9 }), fc.nat(5), (delays, repeat) => {
        expect(walk(policyOf(delays, repeat))).toHaveLength(delays.length * (repeat + 1) + 1)
      }),
    )
  })

  it('ends at once without steps, however often it repeats', () => {
    expect(nextPosition(policyOf([], 3), firstPosition)).toBeNull()
  })

  it('goes on from a position that a shorter policy does not have', () => {
    expect(nextPosition(policyOf([5], 1), { step: 4, round: 0 })).toEqual({ step: 1, round: 1 })
    expect(nextPosition(policyOf([5], 1), { step: 4, round: 1 })).toBeNull()
  })
})

const reachable = (person: string) => (Object.hasOwn(users, person) ? users[person as 'ana'] : undefined)
const to = (person: string) => ({ person, contact: 0 })

describe('the pages of a step', () => {
  it('go to each recipient over the contact that is meant', () => {
    const pages = pagesFor(42, { step: 2, round: 1 }, [to('ana'), to('ben')], reachable)
    expect(pages.map(({ id, channel }) => [id, channel])).toEqual([
      ['INC-42/r1/s2/ana/c0', 'pagerduty'],
      ['INC-42/r1/s2/ben/c0', 'webhook'],
    ])
  })

  it('E07, E08: are none when nobody can be reached', () => {
    expect(pagesFor(42, firstPosition, [to('carl'), to('nobody')], reachable)).toEqual([])
    expect(pagesFor(42, firstPosition, [], reachable)).toEqual([])
  })

  it('of the fallback have ids of their own', () => {
    const [first] = pagesFor(42, { step: outsideSteps, round: 1 }, [to('ben')], reachable)
    expect(first?.id).toBe('INC-42/r1/fallback/ben/c0')
  })

  it('have ids that differ whenever person, step, round, contact or kind does, and fit into a header', () => {
    const address = fc.record({
      incident: fc.integer({ min: 1, max: 3 }),
      kind: fc.constantFrom('page', 'notice', 'acknowledged', 'resolved'),
      step: fc.integer({ min: -1, max: 3 }),
      round: fc.nat(3),
      person: fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('a/c0', 'a', '李')),
      contact: fc.nat(3),
      ruleAfterMs: fc.constantFrom(0, 60_000),
    })
    const told = ({ kind, step, round, ...rest }: { kind: string; step: number; round: number }) =>
      JSON.stringify(kind === 'page' ? { kind, step, round, ...rest } : { kind, round, ...rest })
    fc.assert(
      fc.property(address, address, (a, b) => {
        expect(pageId(a)).toMatch(/^[\x21-\x7e]+$/)
        expect(pageId(a) === pageId(b)).toBe(told(a) === told(b))
      }),
    )
  })
})

describe('a page that failed', () => {
  it('is followed by the next contact of the same person in the same step', () => {
    const failed = page({ step: 2, round: 1, channel: 'pagerduty' })
    expect(nextContactPage(failed, users.ana)).toMatchObject({
      id: 'INC-42/r1/s2/ana/c1',
      channel: 'webhook',
      contact: 1,
    })
  })

  it('keeps the time after which their rule asked, whatever its id looks like', () => {
    const failed = page({ id: 'x', ruleAfterMs: 30 * 60_000 })
    const late = { id: 'INC-42/r0/s1/ana/c1/t1800', ruleAfterMs: 30 * 60_000 }
    expect(nextContactPage(failed, users.ana)).toMatchObject(late)
    expect(nextContactPage(page({ id: late.id }), users.ana)).toMatchObject({ ruleAfterMs: 0 })
  })

  it('is followed by nothing after the last contact, without a user, and when it only informs', () => {
    expect(nextContactPage(page({ contact: 1 }), users.ana)).toBeUndefined()
    expect(nextContactPage(page(), undefined)).toBeUndefined()
    expect(nextContactPage(page({ kind: 'resolved' }), users.ana)).toBeUndefined()
  })
})

describe('messages that follow', () => {
  const sent = [
    page({ id: '1', person: 'ana', state: 'sent' }),
    page({ id: '2', person: 'ana', state: 'sent', step: 2, ruleAfterMs: 60_000 }),
    page({ id: '3', person: 'ben', state: 'delivered' }),
    page({ id: '4', person: 'ben', state: 'failed', contact: 1 }),
    page({ id: '5', person: 'carl', state: 'cancelled' }),
    page({ id: '6', person: 'dora', state: 'unknown', channel: 'pagerduty' }),
    page({ id: '7', person: 'ana', state: 'sent', channel: 'pagerduty', contact: 1 }),
  ]
  const never = () => false

  it('go at once, and once, to each person and contact that heard, or may have', () => {
    const told = followUpPages({ kind: 'resolved', occasion: 0 }, sent, null, never)
    expect(told.every(({ ruleAfterMs }) => ruleAfterMs === 0)).toBe(true)
    expect(told.map(({ id }) => id)).toEqual([
      'INC-42/resolved/ana/c0',
      'INC-42/resolved/ben/c0',
      'INC-42/resolved/dora/c0',
      'INC-42/resolved/ana/c1',
    ])
  })

  it('M06: do not go to the person whose deed it is', () => {
    const told = followUpPages({ kind: 'acknowledged', occasion: 0 }, sent, 'ana', never)
    expect(told.map(({ person }) => person)).toEqual(['ben', 'dora'])
  })

  it('go to a channel that would go on calling even then', () => {
    const told = followUpPages(
      { kind: 'acknowledged', occasion: 0 },
      sent,
      'ana',
      (channel) => channel === 'pagerduty',
    )
    expect(told.map(({ id }) => id)).toContain('INC-42/acknowledged/ana/c1')
    expect(told.map(({ id }) => id)).not.toContain('INC-42/acknowledged/ana/c0')
  })

  it('do not follow each other', () => {
    expect(
      followUpPages(
        { kind: 'resolved', occasion: 0 },
        [page({ kind: 'acknowledged', state: 'sent' })],
        null,
        never,
      ),
    ).toEqual([])
  })
})
