import { expect, it } from 'vitest'
import { httpStatusOf, QueryError, queryErrorOf } from '../../src/chdb/errors.ts'

it.each([
  [
    'Code: 60. DB::Exception: Unknown table (UInt8). (UNKNOWN_TABLE)',
    60,
    'UNKNOWN_TABLE',
    'Unknown table (UInt8).',
  ],
  [
    'Code: 73. DB::Exception: Code: 73. DB::Exception: Unknown format Nope. (UNKNOWN_FORMAT) (version 26.7.2.1). (UNKNOWN_FORMAT)',
    73,
    'UNKNOWN_FORMAT',
    'Unknown format Nope.',
  ],
  [
    'Code: 27. DB::Exception: Cannot parse input: (at row 2)\n: (in file/uri /data/incoming/1): While executing File: data for INSERT was parsed from file. (CANNOT_PARSE_INPUT_ASSERTION_FAILED)',
    27,
    'CANNOT_PARSE_INPUT_ASSERTION_FAILED',
    'Cannot parse input: (at row 2)',
  ],
  ['something else', 1002, 'UNKNOWN_EXCEPTION', 'something else'],
])('reads %j', (text, code, type, message) => {
  expect(queryErrorOf(new Error(text))).toMatchObject({ code, type, message })
})

it.each([
  [62, 400],
  [60, 404],
  [497, 403],
  [159, 408],
  [241, 500],
])('answers code %i with status %i', (code, status) => {
  expect(httpStatusOf(new QueryError(code, 'X', ''))).toBe(status)
})
