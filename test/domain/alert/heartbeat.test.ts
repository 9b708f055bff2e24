import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { alertIdentity, fingerprintOf } from '../../../src/domain/alert/alert.ts'
import { arrivalMs, nextLookAt, unseenHeartbeat } from '../../../src/domain/alert/heartbeat.ts'
import { epoch, HeartbeatStory, monitor, seenFrom } from './heartbeat-story.ts'

const minute = 60_000
const hour = 60 * minute
const daily = monitor({ everyMs: 24 * hour, graceMs: 10 * minute })

function silent(of = daily, message: string | null = null) {
  const story = new HeartbeatStory(of)
  story.beat({ receivedAt: epoch, message })
  story.look(epoch)
  return story
}

describe('a heartbeat that falls silent', () => {
  it('fires with what it is about, and ends with the next beat', () => {
    const story = silent(
      monitor({
        ...daily,
        title: 'Nightly backup',
        summary: 'Without it a day of orders is lost.',
        service: 'shop',
        labels: { team: 'data' },
      }),
      'copied 42 GB\nin 12 min',
    )
    expect(story.look(epoch + 25 * hour)).toEqual({
      source: 'heartbeat/nightly-backup',
      eventId: 'heartbeat/nightly-backup/1/firing',
      fingerprint: fingerprintOf({ alertname: 'HeartbeatMissing', heartbeat: 'nightly-backup' }),
      status: 'firing',
      labels: {
        alertname: 'HeartbeatMissing',
        heartbeat: 'nightly-backup',
        service: 'shop',
        severity: 'critical',
        team: 'data',
      },
      annotations: {
        title: 'No heartbeat from Nightly backup for 1 d 1 h',
        summary:
          'Without it a day of orders is lost. Last heard Mon 2 Mar 03:00 UTC (1 d 1 h ago); expected every 1 d with 10 min of grace. Last message: copied 42 GB in 12 min',
      },
      startsAt: '2026-03-03T03:10:00.000Z',
    })
    expect(story.look(epoch + 26 * hour)).toBeUndefined()
    story.beat({ receivedAt: epoch + 27 * hour })
    expect(story.look(epoch + 28 * hour)).toMatchObject({
      eventId: 'heartbeat/nightly-backup/1/resolved',
      status: 'resolved',
      startsAt: '2026-03-03T03:10:00.000Z',
      endsAt: '2026-03-03T06:00:00.000Z',
      annotations: { summary: 'nightly-backup is healthy again since Tue 3 Mar 06:00 UTC.' },
    })
    expect(new Set(story.events.map(alertIdentity)).size).toBe(1)
  })

  it('is not believed while a beat may be on its way', () => {
    const story = silent()
    const deadline = epoch + 24 * hour + 10 * minute
    expect(story.look(deadline + arrivalMs - 1)).toBeUndefined()
    expect(nextLookAt(story.standing, daily, { watchedSince: 0 })).toBe(deadline + arrivalMs)
    expect(story.look(deadline + arrivalMs)?.status).toBe('firing')
    expect(nextLookAt(story.standing, daily, { watchedSince: 0 })).toBeUndefined()
  })

  it('stays one, whoever looks by a clock that lags behind', () => {
    const story = silent()
    const deadline = epoch + 24 * hour + 10 * minute
    story.look(seenFrom(deadline))
    expect(story.look(deadline - 10_000)).toBeUndefined()
    expect(story.standing.state).toBe('unhealthy')
  })

  it('ends when its interval becomes longer, if that is what all are to run', () => {
    const story = silent()
    story.look(epoch + 25 * hour)
    const weekly = { monitor: monitor({ everyMs: 168 * hour }) }
    expect(story.look(epoch + 26 * hour, { ...weekly, isCurrent: false })).toBeUndefined()
    expect(story.look(epoch + 26 * hour, weekly)).toMatchObject({ status: 'resolved' })
    expect(story.standing.state).toBe('healthy')
  })
})

describe('after a time in which nobody could be heard', () => {
  it('every job gets its grace, at least a minute, before its silence counts', () => {
    for (const [graceMs, allowed] of [
      [10 * minute, 10 * minute],
      [0, minute],
    ] as const) {
      const story = silent(monitor({ ...daily, graceMs }))
      const back = epoch + 30 * hour
      const look = { watchedSince: back }
      expect(story.look(back + allowed - 1, look)).toBeUndefined()
      expect(nextLookAt(story.standing, monitor({ ...daily, graceMs }), look)).toBe(back + allowed)
      expect(story.look(back + allowed, look)?.status).toBe('firing')
    }
  })

  it('what fired before goes on', () => {
    const story = silent()
    story.look(epoch + 25 * hour)
    expect(story.look(epoch + 30 * hour, { watchedSince: epoch + 30 * hour })).toBeUndefined()
    expect(story.standing.state).toBe('unhealthy')
  })
})

describe('a job that says that it failed', () => {
  it('fires at once, whatever its interval and however long we were away', () => {
    const story = new HeartbeatStory(daily)
    story.beat({ receivedAt: epoch, status: 'fail', message: 'disk full' })
    expect(story.look(epoch + 1, { watchedSince: epoch })).toMatchObject({
      annotations: {
        title: 'nightly-backup reported a failure',
        summary: 'It said so at Mon 2 Mar 03:00 UTC (0 s ago). Last message: disk full',
      },
      startsAt: new Date(epoch).toISOString(),
    })
    story.beat({ receivedAt: epoch + 2, status: 'fail' })
    expect(story.look(epoch + 3)).toBeUndefined()
    story.beat({ receivedAt: epoch + 4 })
    expect(story.look(epoch + 5)?.status).toBe('resolved')
  })

  it('is cut where it says a lot, and cannot turn the text round', () => {
    const story = new HeartbeatStory(daily)
    story.beat({ receivedAt: epoch, status: 'fail', message: `\u202e${'x'.repeat(10_000)}` })
    const summary = story.look(epoch)?.annotations['summary'] ?? ''
    expect(summary.length).toBeLessThan(400)
    expect(summary).not.toContain('\u202e')
  })
})

describe('the configuration', () => {
  it('mutes: the state changes and nobody is told; what fires ends, and fires when it is muted no more', () => {
    const story = silent()
    story.look(epoch + 25 * hour)
    const muted = { monitor: monitor({ ...daily, muted: true }) }
    expect(story.look(epoch + 26 * hour, { ...muted, isCurrent: false })).toBeUndefined()
    expect(story.look(epoch + 26 * hour, muted)).toMatchObject({
      status: 'resolved',
      endsAt: new Date(epoch + 26 * hour).toISOString(),
    })
    expect(story.standing.state).toBe('unhealthy')
    const again = story.look(epoch + 27 * hour)
    expect(again).toMatchObject({ status: 'firing', eventId: 'heartbeat/nightly-backup/2/firing' })
    // Begun before its last end, it would be taken for the alert that ended.
    expect(Date.parse(again?.startsAt ?? '')).toBeGreaterThan(epoch + 26 * hour)
  })

  it('takes one out: it is resolved, and nobody has heard of it when it comes back', () => {
    const story = silent()
    story.look(epoch + 25 * hour)
    expect(story.lookWithout(epoch + 26 * hour, { isCurrent: false })).toBeUndefined()
    expect(story.lookWithout(epoch + 26 * hour)).toMatchObject({
      status: 'resolved',
      annotations: { summary: expect.stringContaining('is not watched any more') },
    })
    expect(story.lookWithout(epoch + 27 * hour)).toBeUndefined()
    expect(story.look(epoch + 28 * hour)).toBeUndefined()
    expect(story.standing).toEqual({
      ...unseenHeartbeat(daily.name),
      since: epoch + 26 * hour,
      alerts: 1,
      endedAt: epoch + 26 * hour,
    })
  })
})

/** What happens to a heartbeat, each so many seconds after the one before. */
const happening = fc.record({
  afterSec: fc.integer({ min: 0, max: 900 }),
  kind: fc.constantFrom(
    'beat',
    'fail',
    'look',
    'late-look',
    'restart',
    'mute',
    'unmute',
    'remove',
    'restore',
  ),
})

describe('whatever happens', () => {
  it('an alert is open exactly while it should be, and each change is one event', () => {
    fc.assert(
      fc.property(fc.array(happening, { maxLength: 60 }), (happenings) => {
        const story = new HeartbeatStory(monitor())
        let [at, watchedSince, muted, there] = [epoch, 0, false, true]
        for (const { afterSec, kind } of happenings) {
          at += afterSec * 1_000
          if ((kind === 'beat' || kind === 'fail') && there)
            story.beat({ receivedAt: at, status: kind === 'beat' ? 'ok' : 'fail' })
          if (kind === 'restart') watchedSince = at
          if (kind === 'mute' || kind === 'unmute') muted = kind === 'mute'
          if (kind === 'remove' || kind === 'restore') there = kind === 'restore'
          // A server whose clock lags behind looks after the others.
          const seen = kind === 'late-look' ? at - 10_000 : at
          if (there) {
            const by = monitor(muted ? { muted } : {})
            story.look(seen, { watchedSince, monitor: by })
            story.look(seen, { watchedSince, monitor: by })
          } else story.lookWithout(seen)
          const { state, lastBeat, alert, since } = story.standing
          expect(alert !== null).toBe(there && !muted && state === 'unhealthy')
          if (!there || lastBeat === null) expect(state).toBe('inactive')
          else if (lastBeat.status === 'fail') expect(state).toBe('unhealthy')
          else if (at - lastBeat.receivedAt < 300_000) expect(state).toBe('healthy')
          else if (seen >= Math.max(lastBeat.receivedAt + 315_000, watchedSince + 60_000))
            expect(state).toBe('unhealthy')
          if (since !== null) expect(since).toBeLessThanOrEqual(at)
        }
        const statuses = story.events.map(({ status }) => status)
        expect(statuses).toEqual(statuses.map((_, index) => (index % 2 === 0 ? 'firing' : 'resolved')))
        expect(new Set(story.events.map(({ eventId }) => eventId)).size).toBe(statuses.length)
        const instants = story.events.map((event) => Date.parse(event.endsAt ?? event.startsAt))
        expect(instants).toEqual(instants.toSorted((a, b) => a - b))
      }),
      { numRuns: 500 },
    )
  })
})
