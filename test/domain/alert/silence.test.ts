import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Matcher } from '../../../src/domain/alert/matcher.ts'
import { parseMatchers } from '../../../src/domain/alert/matcher-text.ts'
import {
  changeOfSilence,
  expiredAt,
  type Silence,
  type SilenceDraft,
  silenceProblem,
  silenceSentence,
  silenceState,
  silencing,
} from '../../../src/domain/alert/silence.ts'

const hour = 3_600_000
const now = Date.parse('2026-03-02T03:00:00Z')
const draft: SilenceDraft = {
  matchers: parseMatchers('service="feed", os="ios"'),
  startsAt: now,
  endsAt: now + 2 * hour,
  createdBy: 'ana',
  comment: 'new disks',
}
const silence: Silence = { ...draft, id: 'old', updatedAt: now - hour }
const active: Silence = { ...silence, startsAt: now - hour }
const pending: Silence = { ...silence, startsAt: now + hour }
const expired: Silence = { ...silence, startsAt: now - 2 * hour, endsAt: now - hour }

describe('N37: a silence', () => {
  it.each([
    [now - 1, 'pending'],
    [now, 'active'],
    [now + 2 * hour - 1, 'active'],
    [now + 2 * hour, 'expired'],
  ])('is half-open: at %i it is %s', (at, state) => {
    expect(silenceState(silence, at)).toBe(state)
  })

  it('silences one series of a check, and no other', () => {
    const silenced = (labels: Record<string, string>) => silencing(labels, [silence], now).length > 0
    expect(silenced({ service: 'feed', os: 'ios', alertname: 'likes' })).toBe(true)
    expect(silenced({ service: 'feed', os: 'android', alertname: 'likes' })).toBe(false)
    expect(silenced({ service: 'feed' })).toBe(false)
    expect(silencing({ service: 'feed', os: 'ios' }, [pending, expired], now)).toEqual([])
  })

  it.each<[string, Partial<SilenceDraft>, RegExp | undefined]>([
    ['sound', {}, undefined],
    ['no matcher', { matchers: [] }, /at least one matcher is needed/],
    ['an empty value', { matchers: parseMatchers('os=""') }, /matches alerts that have no such label/],
    ['a negative one alone', { matchers: parseMatchers('os!="ios"') }, /no such label/],
    [
      'an expression that matches nothing too',
      { matchers: parseMatchers('os=~".*", a=~"b?"') },
      /no such label/,
    ],
    ['one that needs a label among them', { matchers: parseMatchers('os!="ios", service=~".+"') }, undefined],
    [
      'too many',
      { matchers: Array.from({ length: 51 }, (): Matcher => ({ name: 'a', operator: '=', value: 'b' })) },
      /at most 50/,
    ],
    ['too long', { matchers: parseMatchers(`a=${'x'.repeat(10_000)}`) }, /longer than 10,000/],
    ['an end before its beginning', { endsAt: now - 1 }, /its end must come after/],
    ['an end that is past', { startsAt: now - 2 * hour, endsAt: now - hour }, /over already/],
    ['two years', { endsAt: now + 800 * 24 * hour }, /at most a year/],
    ['in two years', { startsAt: now + 800 * 24 * hour, endsAt: now + 801 * 24 * hour }, /more than a year/],
    ['no author', { createdBy: ' ' }, /author/],
    ['no reason', { comment: ' ' }, /a reason is needed/],
  ])('%s', (_, change, problem) => {
    const found = silenceProblem({ ...draft, ...change }, now)
    if (problem === undefined) expect(found).toBeUndefined()
    else expect(found).toMatch(problem)
  })

  it('is told in a sentence, by the clock of the reader', () => {
    const clock = { timeZone: 'Europe/Berlin', now }
    expect(silenceSentence(draft, clock)).toBe(
      'Silence of service="feed", os="ios" until 06:00 CET (2 h) by ana: new disks.',
    )
    expect(silenceSentence({ ...pending, comment: 'Again!' }, clock)).toBe(
      'Silence of service="feed", os="ios" from 05:00 CET until 06:00 CET (1 h) by ana: Again!',
    )
  })
})

describe('a change of a silence, by the rules of Alertmanager', () => {
  it.each<[string, Silence | null, Partial<SilenceDraft>, 'update' | 'create', boolean]>([
    ['a new one', null, {}, 'create', false],
    [
      'another end of an active one',
      active,
      { startsAt: active.startsAt, endsAt: now + 9 * hour },
      'update',
      false,
    ],
    ['its start within the second', active, { startsAt: active.startsAt + 999 }, 'update', false],
    ['another start of an active one', active, { startsAt: active.startsAt + 1_000 }, 'create', true],
    [
      'other matchers',
      active,
      { startsAt: active.startsAt, matchers: parseMatchers('os="ios"') },
      'create',
      true,
    ],
    ['another start of a pending one', pending, { startsAt: now + hour / 2 }, 'update', false],
    ['a pending one that is to begin in the past', pending, { startsAt: now - 1 }, 'create', true],
    ['an expired one', expired, {}, 'create', false],
  ])('%s', (_, previous, change, kind, expires) => {
    const made = changeOfSilence(previous, { ...draft, ...change }, 'new', now)
    expect([made.kind, made.silence.id]).toEqual([kind, kind === 'update' ? previous?.id : 'new'])
    expect(made.kind === 'create' && made.expired !== null).toBe(expires)
    expect(made.silence.updatedAt).toBe(now)
  })

  it('never changes what was silenced before, and leaves at most one that is not expired', () => {
    const instant = fc.integer({ min: now - 5 * hour, max: now + 5 * hour })
    const span = fc.tuple(instant, fc.integer({ min: 1, max: 5 * hour })).map(([from, ms]) => ({
      startsAt: from,
      endsAt: from + ms,
    }))
    fc.assert(
      fc.property(span, span, fc.boolean(), (before, after, sameStart) => {
        const previous = { ...silence, ...before }
        const asked = { ...draft, ...after, ...(sameStart ? { startsAt: before.startsAt } : {}) }
        fc.pre(silenceProblem(asked, now) === undefined)
        const change = changeOfSilence(previous, asked, 'new', now)
        const old = change.kind === 'update' ? change.silence : (change.expired ?? previous)
        for (const at of [now - 1, now - hour, before.startsAt, before.endsAt - 1].filter((one) => one < now))
          expect(silenceState(old, at) === 'active').toBe(silenceState(previous, at) === 'active')
        if (change.kind === 'create') {
          expect(silenceState(old, now)).toBe('expired')
          expect(change.silence.startsAt).toBeGreaterThanOrEqual(now)
        }
      }),
    )
  })

  it('expires at once, and what is expired stays as it is', () => {
    for (const one of [active, pending]) expect(silenceState(expiredAt(one, now), now)).toBe('expired')
    expect(expiredAt(pending, now)).toMatchObject({ startsAt: now, endsAt: now })
    expect(expiredAt(expired, now)).toBe(expired)
  })
})
