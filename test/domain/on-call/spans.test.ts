import { describe, expect, it } from 'vitest'
import { withoutSpans } from '../../../src/domain/on-call/spans.ts'

describe('spans without holes', () => {
  it.each([
    {
      holes: [],
      left: [
        [0, 10],
        [20, 30],
      ],
    },
    {
      holes: [[5, 25]],
      left: [
        [0, 5],
        [25, 30],
      ],
    },
    { holes: [[0, 10]], left: [[20, 30]] },
    {
      holes: [
        [2, 3],
        [4, 5],
      ],
      left: [
        [0, 2],
        [3, 4],
        [5, 10],
        [20, 30],
      ],
    },
  ])('leave $left', ({ holes, left }) => {
    const spans = (pairs: number[][]) => pairs.map(([from = 0, to = 0]) => ({ from, to }))
    expect(
      withoutSpans(
        spans([
          [0, 10],
          [20, 30],
        ]),
        spans(holes),
      ),
    ).toEqual(spans(left))
  })
})
