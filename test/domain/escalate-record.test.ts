import { describe, expect, it } from 'vitest'
import { exhaustedEntry, holdEntry, pageEntry, stepEntry } from '../../src/domain/escalate-record.ts'
import { byName, type ResolvedTargets } from '../../src/domain/escalate-targets.ts'
import type { Page } from '../../src/domain/page.ts'
import { page } from '../support/pages.ts'

const at = '2026-03-01T03:00:05.000Z'

describe('what the timeline says of a page', () => {
  const lines: [Partial<Page>, string | undefined][] = [
    [{ state: 'sent', sentAt: at, finishedAt: at }, 'Paged ana by webhook (step 1)'],
    [
      { state: 'delivered', finishedAt: at, contact: 1, channel: 'pagerduty' },
      'Paged ana by PagerDuty (step 1, contact 2)',
    ],
    [{ state: 'sent', finishedAt: at, step: 0 }, 'Paged ana by webhook (fallback)'],
    [{ state: 'sent', finishedAt: at, kind: 'acknowledged' }, 'Told ana by webhook: acknowledged'],
    [
      { state: 'failed', finishedAt: at, attempts: 3, lastError: 'answered 500' },
      'Could not reach ana by webhook: answered 500, tried 3 times',
    ],
    [
      { state: 'failed', finishedAt: at, attempts: 1, lastError: 'answered 404' },
      'Could not reach ana by webhook: answered 404, tried once',
    ],
    [
      { state: 'failed', finishedAt: at },
      'Could not reach ana by webhook: no reason was recorded, never tried',
    ],
    [
      { state: 'unknown', finishedAt: at, attempts: 2, lastError: 'the worker stopped' },
      'Could not tell whether ana was reached by webhook: the worker stopped, tried 2 times',
    ],
    [
      { state: 'cancelled', finishedAt: at, lastError: 'ben acknowledged' },
      'Did not page ana by webhook: ben acknowledged',
    ],
    [{ state: 'failed', attempts: 1, lastError: 'answered 500' }, undefined],
    [{ state: 'queued' }, undefined],
    [{ state: 'sending', attempts: 1 }, undefined],
  ]

  it.each(lines)('%j: %s', (change, summary) => {
    expect(pageEntry(page(change))?.summary).toBe(summary)
  })

  it('has a key per end, so that a repeat is written once and a later end is written too', () => {
    const unknown = page({ state: 'unknown', finishedAt: at })
    expect(pageEntry(unknown)?.eventKey).toBe('page/INC-42/r0/s1/ana/c0/unknown')
    expect(pageEntry({ ...unknown, state: 'sent' })?.eventKey).toBe('page/INC-42/r0/s1/ana/c0/sent')
  })
})

function resolved(people: readonly string[], empty: readonly string[] = []): ResolvedTargets {
  return { notified: people.map((person) => ({ person, via: byName })), empty }
}

describe('what the timeline says of a step', () => {
  it.each([
    [{ step: 1, round: 0 }, resolved(['ana', 'ben']), ['ana', 'ben'], 'Step 1: paging ana, ben'],
    [
      { step: 2, round: 1 },
      resolved(['ana', 'carl']),
      ['ana'],
      'Step 2, round 2: paging ana; no contact for carl',
    ],
    [{ step: 2, round: 0 }, resolved([]), [], 'Step 2: skipped, nobody to page'],
    [{ step: 2, round: 0 }, resolved(['carl']), [], 'Step 2: skipped, nobody to page; no contact for carl'],
    [
      { step: 1, round: 0 },
      { notified: [{ person: 'ana', via: 'schedule primary' }], empty: [] },
      ['ana'],
      'Step 1: paging ana (schedule primary)',
    ],
    [
      { step: 1, round: 0 },
      resolved([], ['nobody is on call in schedule primary']),
      [],
      'Step 1: skipped, nobody to page; nobody is on call in schedule primary',
    ],
  ])('%j of %j', (position, people, paged, summary) => {
    const wait = { ackTimeoutMs: 300_000, following: ['carl'] }
    expect(stepEntry({ incident: 42, position, resolved: people, paged, at, ...wait })).toMatchObject({
      summary,
      kind: 'escalation',
      at,
      detail: { ...position, ...people, paged, ackTimeoutMs: 300_000, following: ['carl'] },
    })
  })

  it('says once per reason that it is held back, and until when', () => {
    const hold = { reason: 'feed is in maintenance', inMs: 60_000, firm: true }
    const entry = holdEntry(42, { step: 1, round: 0 }, hold, at)
    expect(entry).toMatchObject({
      summary: 'Step 1 waits: feed is in maintenance',
      detail: { held: 'feed is in maintenance', dueAt: '2026-03-01T03:01:05.000Z' },
    })
    const other = holdEntry(42, { step: 1, round: 0 }, { ...hold, reason: 'outside office' }, at)
    expect(other.eventKey).not.toBe(entry.eventKey)
  })

  it('names the end of a policy, with a fallback and without', () => {
    const ended = { policy: 'default', round: 0 }
    expect(exhaustedEntry(42, ended, resolved(['ana']), ['ana'], at).summary).toBe(
      'Policy default is exhausted, nobody acknowledged: paging the fallback ana',
    )
    expect(exhaustedEntry(42, ended, resolved([]), [], at).summary).toBe(
      'Policy default is exhausted, nobody acknowledged: there is no fallback to page',
    )
  })
})
