import { describe, expect, it } from 'vitest'
import { createTurns } from '../../../src/domain/page/turns.ts'

function clock() {
  let at = 0
  return { now: () => new Date(at), later: (ms: number) => void (at += ms) }
}

describe('turns', () => {
  it('let the first through, and the next after the pace', () => {
    const { now, later } = clock()
    const turns = createTurns(now, { everyMs: 1_000, apartMs: 1_000 })
    expect(turns.of('x', 'a')).toBeUndefined()
    expect(turns.of('x', 'b')).toEqual({ waitMs: 1_000, asked: false })
    later(1_000)
    expect(turns.of('x', 'b')).toBeUndefined()
  })

  it('give everybody who waits a time of their own, however often they ask', () => {
    const { now } = clock()
    const turns = createTurns(now, { everyMs: 1_000, apartMs: 1_000 })
    turns.of('x', 'a')
    const waits = ['b', 'c', 'b', 'd', 'c'].map((page) => turns.of('x', page)?.waitMs)
    expect(waits).toEqual([1_000, 2_000, 1_000, 3_000, 2_000])
  })

  it('wait as long as was asked, the page that was refused first', () => {
    const { now, later } = clock()
    const turns = createTurns(now, { everyMs: 0, apartMs: 500 })
    expect(turns.of('x', 'a')).toBeUndefined()
    expect(turns.of('x', 'b')).toBeUndefined()
    turns.note('x', 'b', { kind: 'retry', error: '', retryAfterMs: 10_000 })
    expect(turns.of('x', 'c')).toEqual({ waitMs: 10_500, asked: true })
    expect(turns.of('x', 'b')).toEqual({ waitMs: 10_000, asked: true })
    later(10_500)
    expect([turns.of('x', 'b'), turns.of('x', 'c')]).toEqual([undefined, undefined])
  })

  it('are of one place each, and need no reason when none was given', () => {
    const turns = createTurns(clock().now, { everyMs: 1_000, apartMs: 1_000 })
    turns.of('x', 'a')
    turns.note('y', 'a', { kind: 'retry', error: '' })
    turns.note('y', 'a', { kind: 'final', error: '' })
    expect(turns.of('y', 'b')).toBeUndefined()
  })

  it('forget whoever never comes back', () => {
    const { now, later } = clock()
    const turns = createTurns(now, { everyMs: 1_000, apartMs: 1_000 })
    for (const page of ['a', 'b', 'c', 'd']) turns.of('x', page)
    later(60_000)
    expect(turns.of('x', 'e')).toBeUndefined()
    expect(turns.of('x', 'f')).toEqual({ waitMs: 1_000, asked: false })
  })
})
