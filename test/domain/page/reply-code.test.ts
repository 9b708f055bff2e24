import { describe, expect, it } from 'vitest'
import { readReply } from '../../../src/domain/page/reply-code.ts'

describe('a reply in text', () => {
  it.each([
    ['1a', 'acknowledge', 1],
    ['1 A', 'acknowledge', 1],
    ["'1c'", 'resolve', 1],
    ['close 4', 'resolve', 4],
    ['ack198', 'acknowledge', 198],
    [' Ack INC-198. ', 'acknowledge', 198],
    ['“42e”', 'escalate', 42],
    ['#7 resolve', 'resolve', 7],
  ])('%s', (text, verb, incident) => {
    expect(readReply(text)).toEqual({ verb, incident })
  })

  it.each(['', 'ack', '42', 'on my way', 'constructor 1', 'ack 1 2', 'ack 1234567890', '1b', 'a1a'])(
    '%j says nothing',
    (text) => {
      expect(readReply(text)).toBeUndefined()
    },
  )
})
