import { describe, expect, it } from 'vitest'
import { notActionableEntry, notActionableIn } from '../../../src/domain/incident/not-actionable.ts'
import { draftReview } from '../../../src/domain/post-mortem/post-mortem.ts'
import { readEntry } from '../../../src/domain/incident/timeline.ts'
import { records } from '../post-mortem/world.ts'

const command = {
  incident: 42,
  actor: 'ana',
  at: '2026-11-25T09:00:00.000Z',
  commandId: 'c1',
  text: 'an echo of INC-41, said Ana',
}

describe('an incident that is marked as not actionable', () => {
  it('keeps who said so, why and when, and is one whatever the command', () => {
    const entry = readEntry(notActionableEntry(command))
    expect(notActionableIn([entry])).toEqual({ by: 'ana', reason: command.text, at: command.at })
    expect(notActionableEntry({ ...command, commandId: 'c2' }).eventKey).toBe(entry.eventKey)
    expect(notActionableIn(records().timeline)).toBeUndefined()
  })

  it('is told by its review first of all, with the reason in the words of whoever gave it and a letter for a name', () => {
    const { timeline } = records()
    const review = draftReview({
      ...records(),
      timeline: [...timeline, readEntry(notActionableEntry(command))],
    })
    const [first] = review.brief.summary
    expect(first?.text).toBe('Not actionable: Responder A marked it so at 2026-11-25 09:00:00 UTC')
    expect(first?.quote).toContain('an echo of INC-41')
    expect(first?.cites).toHaveLength(1)
    expect(review.rubric.find(({ number }) => number === 16)?.passed).toBe(true)
    expect(draftReview(records()).brief.summary[0]?.text).toMatch(/^Likes on iOS/)
  })
})
