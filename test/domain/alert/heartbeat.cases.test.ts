import { expect } from 'vitest'
import { type Beat, heartbeatState } from '../../../src/domain/alert/heartbeat.ts'
import { describeCases, type Fields, listOf } from '../../support/cases.ts'
import { epoch, HeartbeatStory, monitor, seenFrom } from './heartbeat-story.ts'

const instant = (seconds: unknown) => epoch + Number(seconds) * 1_000

describeCases('on-call', 'heartbeat', (input, expectation) => {
  const watched = monitorOf(input)
  const checks = listOf<number>(input['checksSec'] ?? input['processedSec'])
  const beats = listOf<number>(input['beats'] ?? input['receivedSec'])

  expectation.field('state', (expected) => {
    const told = tell(watched, beats, checks)
    expect(told.map(({ words }) => words)).toEqual(listOf(expected))
    const states = checks.map((at) => heartbeatState(beatBefore(beats, at), watched, instant(at)))
    expect(told.map(({ state }) => state)).toEqual(states)
  })
  expectation.field('fires', (expected) => {
    expect(tell(watched, beats, checks).some(({ words }) => words.endsWith('+open'))).toBe(expected)
  })
  expectation.field('neverSeen', (expected) => {
    const told = tell(watched, [], checks)
    expect(told.map(({ words }) => words)).toEqual(checks.map(() => expected))
  })
  expectation.field('muted', (expected) => {
    const story = new HeartbeatStory({ ...watched, muted: true })
    story.beat({ receivedAt: instant(beats[0]) })
    story.look(seenFrom(instant(beats[0]) + watched.everyMs))
    const incident = story.events.length === 0 ? 'no incident' : 'incident'
    expect(`${story.standing.state}, ${incident}`).toBe(expected)
  })
})

function monitorOf(input: Fields) {
  const graceMs = Number(input['graceSec'] ?? 0) * 1_000
  return monitor({ everyMs: Number(input['intervalSec']) * 1_000, graceMs })
}

function beatBefore(beats: readonly number[], at: number): Beat | null {
  const last = beats.filter((one) => one <= at).at(-1)
  return last === undefined ? null : { receivedAt: instant(last), status: 'ok', message: null }
}

/** What each check finds; the inbox hears of it as soon as no beat of then can be on its way any more. */
function tell(watched: ReturnType<typeof monitor>, beats: readonly number[], checks: readonly number[]) {
  const story = new HeartbeatStory(watched)
  return checks.map((at) => {
    const beat = beatBefore(beats, at)
    if (beat !== null) story.beat(beat)
    const event = story.look(seenFrom(instant(at)))
    const { state } = story.standing
    const change = event === undefined ? '' : event.status === 'firing' ? '+open' : '+closed'
    return { state, words: `${state}${change}` }
  })
}
