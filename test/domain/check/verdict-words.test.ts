import { expect, test } from 'vitest'
import { seriesWords } from '../../../src/domain/check/verdict-words.ts'

test.each([
  ['total', 'total', 'Likes'],
  ['os', 'iOS', 'Likes on iOS'],
  ['country', 'Norway', 'Likes on Norway'],
  ['region', 'eu-west-1', 'Likes on eu-west-1'],
  ['version', 'v2', 'Likes on v2'],
  ['exp_group', '4', 'Likes on exp_group 4'],
  ['status', '500', 'Likes on status 500'],
  ['age', '18-24', 'Likes on age 18-24'],
  ['version', '2.14.1', 'Likes on version 2.14.1'],
  ['is_new', 'true', 'Likes on is_new true'],
  ['source', 'Other', 'Likes on source Other'],
])('N32: the group of slice %s that is called "%s" reads "%s"', (slice, group, words) => {
  expect(seriesWords('Likes', { slice, group })).toBe(words)
})
