import { describe, expect, it } from 'vitest'
import { parseMatchers } from '../../../src/domain/alert/matcher-text.ts'
import { readSilence, type SilenceRequest } from '../../../src/domain/alert/silence-request.ts'

const hour = 3_600_000
const now = Date.parse('2026-03-02T03:00:00Z')
const request: SilenceRequest = {
  matchers: ['service="feed"', 'größe=x, os!=ios'],
  for: '2h',
  reason: ' new disks ',
  timeZone: 'Europe/Berlin',
}
const context = { by: 'ana', previous: null, now, isPreview: false }
const previous = {
  id: 'old',
  matchers: parseMatchers('a=b'),
  startsAt: now - hour,
  endsAt: now + hour,
  updatedAt: now,
  createdBy: 'ben',
  comment: 'before',
}

describe('a silence as somebody asks for it', () => {
  it('is read by their clock', () => {
    const draft = { startsAt: now, endsAt: now + 2 * hour, createdBy: 'ana', comment: 'new disks' }
    expect(readSilence(request, context)).toMatchObject(draft)
    const { for: _, ...open } = request
    expect(readSilence({ ...open, to: '2026-03-02T06:00' }, context)).toMatchObject(draft)
  })

  it.each<[Partial<SilenceRequest>, RegExp]>([
    [{ matchers: [] }, /at least one matcher/],
    [{ matchers: ['service'] }, /column 8: expected an operator/],
    [{ matchers: ['service=~"("'] }, /bad regular expression/],
    [{ for: '1y' }, /"1y" is not a duration/],
    [{ to: '2026-03-03' }, /say either how long/],
    [{ reason: '' }, /a reason is needed/],
    [{ from: 'tomorrow' }, /is not an instant/],
  ])('%j is refused', (change, problem) => {
    expect(readSilence({ ...request, ...change }, context)).toEqual({
      problem: expect.stringMatching(problem),
    })
  })

  it('needs no reason to be looked at', () => {
    expect(readSilence({ ...request, reason: '' }, { ...context, isPreview: true })).toMatchObject({
      comment: '',
    })
  })

  it('changes what it names and keeps the rest', () => {
    const changed = { ...context, previous }
    const bare: SilenceRequest = { matchers: [], timeZone: 'UTC' }
    expect(readSilence({ ...bare, reason: 'after' }, changed)).toEqual({
      matchers: previous.matchers,
      startsAt: previous.startsAt,
      endsAt: previous.endsAt,
      createdBy: 'ana',
      comment: 'after',
    })
    expect(readSilence({ ...bare, for: '3h' }, changed)).toMatchObject({
      startsAt: previous.startsAt,
      endsAt: now + 3 * hour,
      comment: 'before',
    })
    const pending = { ...previous, startsAt: now + hour, endsAt: now + 2 * hour }
    expect(readSilence({ ...bare, for: '3h' }, { ...context, previous: pending })).toMatchObject({
      startsAt: now + hour,
      endsAt: now + 4 * hour,
    })
  })
})
