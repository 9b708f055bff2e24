import fc from 'fast-check'
import { expect, it } from 'vitest'
import { pageFor, type Post } from '../../../examples/feed/service/ranking.ts'

const post = (id: number): Post => ({ id, author_id: 1, topic: 'Trains', title: `Post ${id}` })
const posts = (count: number, from: number) => Array.from({ length: count }, (_, index) => post(from + index))
const ids = (page: readonly Post[]) => page.map(({ id }) => id)

it('puts what is pinned on top and fills the page with different posts of the ranking', () => {
  fc.assert(
    fc.property(fc.nat(120), fc.integer({ min: 1, max: 4e9 }), fc.nat(4e12), (count, user, at) => {
      const page = ids(pageFor({ pinned: [post(1)], posts: posts(count, 2), pageSize: 10 }, user, at))
      expect(page[0]).toBe(1)
      expect(new Set(page).size).toBe(page.length)
      expect(page).toHaveLength(Math.min(10, count + 1))
    }),
  )
})

it('shows different people different pages', () => {
  const feed = { pinned: [], posts: posts(100, 2), pageSize: 10 }
  expect(ids(pageFor(feed, 1, 0))).not.toEqual(ids(pageFor(feed, 2, 0)))
})
