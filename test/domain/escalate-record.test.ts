import { describe, expect, it } from 'vitest'
import { exhaustedEntry, pageEntry, stepEntry } from '../../src/domain/escalate-record.ts'
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

describe('what the timeline says of a step', () => {
  it.each([
    [{ step: 1, round: 0 }, ['ana', 'ben'], ['ana', 'ben'], 'Step 1: paging ana, ben'],
    [{ step: 2, round: 1 }, ['ana', 'carl'], ['ana'], 'Step 2, round 2: paging ana; no contact for carl'],
    [{ step: 2, round: 0 }, [], [], 'Step 2: skipped, nobody to page'],
    [{ step: 2, round: 0 }, ['carl'], [], 'Step 2: skipped, nobody to page; no contact for carl'],
  ])('%j of %j', (position, people, paged, summary) => {
    const wait = { ackTimeoutMs: 300_000, following: ['carl'] }
    expect(stepEntry(42, position, people, paged, at, wait)).toMatchObject({
      summary,
      kind: 'escalation',
      at,
      detail: { ...position, paged, ackTimeoutMs: 300_000, following: ['carl'] },
    })
  })

  it('names the end of a policy, with a fallback and without', () => {
    const ended = { policy: 'default', round: 0 }
    expect(exhaustedEntry(42, ended, ['ana'], ['ana'], at).summary).toBe(
      'Policy default is exhausted, nobody acknowledged: paging the fallback ana',
    )
    expect(exhaustedEntry(42, ended, [], [], at).summary).toBe(
      'Policy default is exhausted, nobody acknowledged: there is no fallback to page',
    )
  })
})
