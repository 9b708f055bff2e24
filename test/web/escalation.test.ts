import { describe, expect, it } from 'vitest'
import { holdEntry, stepEntry } from '../../src/domain/escalate-record.ts'
import type { TimelineEntry } from '../../src/domain/timeline.ts'
import { enteredStep, escalationStanding, ownedSince } from '../../src/web/escalation.ts'
import { entry } from '../domain/review-world.ts'

const at = '2026-03-02T03:02:00.000Z'
const wait = { ackTimeoutMs: 300_000, following: ['ben'] }
const entered = { incident: 42, position: { step: 1, round: 0 }, resolved: { notified: [], empty: [] }, at }
const step = stepEntry({ ...entered, paged: ['ana'], ...wait })
const waiting = { kind: 'waiting', step: 1, dueAt: '2026-03-02T03:07:00.000Z', following: ['ben'] }
const idle = { kind: 'idle' }
const acknowledged = entry('acknowledged/1', '03:03', { kind: 'acknowledged', actor: 'ana' })
const skipped = stepEntry({ ...entered, paged: [], ackTimeoutMs: 0, following: [] })

const position = { step: 2, round: 0 }
const held = holdEntry(
  42,
  position,
  { reason: 'outside office, which begin soon', inMs: 60_000, firm: false },
  at,
)
const heldForAlerts = holdEntry(
  42,
  position,
  { reason: 'until more alerts begin', inMs: null, firm: false },
  at,
)
const until = '2026-03-02T04:03:00.000Z'
const snoozed = entry('acknowledged/2', '03:03', { kind: 'acknowledged', actor: 'ana', detail: { until } })
const released = entry('released/3', '04:03', { kind: 'escalation' })

describe('the countdown to the next escalation step', () => {
  const stories: [string, readonly TimelineEntry[], unknown][] = [
    ['nothing yet', [], idle],
    ['a step that waits', [step], waiting],
    [
      'a note and a page after it',
      [step, entry('page/1', '03:02', { kind: 'page' }), entry('n', '03:03', { kind: 'note' })],
      waiting,
    ],
    ['an acknowledgement after it', [step, acknowledged], idle],
    ['a step after an acknowledgement, since somebody escalated', [acknowledged, step], waiting],
    [
      'a person who asked to escalate',
      [step, entry('command/1', '03:03', { kind: 'escalation', actor: 'ana' })],
      waiting,
    ],
    [
      'a step that is held back',
      [step, held],
      {
        kind: 'held',
        step: 2,
        reason: 'outside office, which begin soon',
        dueAt: '2026-03-02T03:03:00.000Z',
      },
    ],
    [
      'a step that waits for more alerts',
      [heldForAlerts],
      { kind: 'held', step: 2, reason: 'until more alerts begin', dueAt: null },
    ],
    ['a step that is held back no more', [held, step], waiting],
    ['a snooze', [step, snoozed], { kind: 'acknowledged', by: 'ana', until }],
    ['a snooze that ran out', [step, snoozed, released], idle],
    ['a step after a snooze that ran out, written before it', [snoozed, step, released], waiting],
    ['a clear incident', [step, entry('state/1', '03:04')], idle],
    [
      'a policy at its end',
      [step, entry('escalation/r0/exhausted', '03:09', { kind: 'escalation' })],
      { kind: 'exhausted' },
    ],
    ['a step that pages nobody', [skipped], idle],
    [
      'a step from before waits were recorded',
      [entry('escalation/r0/s1', '03:02', { kind: 'escalation' })],
      idle,
    ],
  ]

  it.each(stories)('after %s', (_story, timeline, standing) => {
    expect(escalationStanding({ state: 'open' }, timeline)).toEqual(standing)
  })

  it('is over when the incident is', () => {
    expect(escalationStanding({ state: 'resolved' }, [step])).toEqual(idle)
  })
})

describe('who has it since when', () => {
  it('is told by their own acknowledgement, not by the first one', () => {
    const byAna = entry('acknowledged/1', '03:03', { kind: 'acknowledged', actor: 'ana' })
    const byBen = entry('acknowledged/2', '03:30', { kind: 'acknowledged', actor: 'ben' })
    const first = { acknowledgedBy: 'ben', acknowledgedAt: byAna.at }
    expect(ownedSince(first, [byAna, byBen])).toBe(byBen.at)
    expect(ownedSince(first, [byAna])).toBe(byAna.at)
  })
})

describe('the step that a command to escalate answers', () => {
  it('is the one entered last', () => {
    const entered = (key: string) => entry(`escalation/${key}`, '03:03', { kind: 'escalation' })
    expect(enteredStep([])).toBeNull()
    expect(enteredStep([entered('r0/s1'), entered('r1/s2'), entered('r1/exhausted')])).toBe('r1/s2')
  })
})
