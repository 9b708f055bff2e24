import fc from 'fast-check'
import { expect, it } from 'vitest'
import { alertNameOf } from '../../src/intake/alert-name.ts'

it.each([
  ['DISK at 99% on machine prod-datapipe03.example.com', 'DISK at … on machine'],
  ['DISK at 91% on machine prod-datapipe07.example.com', 'DISK at … on machine'],
  ['[FIRING:3] HighErrorRate checkout (critical)', 'HighErrorRate checkout (critical)'],
  ['High p99 latency of EC2', 'High p99 latency of EC2'],
  ['Many 5xx answers', 'Many 5xx answers'],
  ['Database is down', 'Database is down'],
  ['10.0.0.1 10.0.0.2', '10.0.0.1 10.0.0.2'],
  ['42', '42'],
  ['\n\n  First line \r\nsecond line', 'First line'],
  ['Überlauf 7 von größe', 'Überlauf … von größe'],
])('%j is named %j', (sentence, name) => {
  expect(alertNameOf(sentence)).toBe(name)
})

it('leaves out where it is, whatever it is called there', () => {
  expect(alertNameOf('Host db (Primary): replication stopped - retrying', ['DB', 'primary', ''])).toBe(
    'Host … replication stopped - retrying',
  )
})

it('ends with a whole word', () => {
  const name = alertNameOf(`${'word '.repeat(30)}end`)
  expect([name.length <= 80, name.endsWith('word')]).toEqual([true, true])
  expect(alertNameOf('x'.repeat(200))).toBe(`${'x'.repeat(79)}…`)
})

it('is a name of at most 80 characters for whatever sentence, and soon', () => {
  const sentence = fc.string({ unit: 'binary', minLength: 1 }).filter((one) => /[\p{L}\p{N}]/u.test(one))
  fc.assert(
    fc.property(sentence, fc.array(fc.string(), { maxLength: 3 }), (text, places) => {
      const name = alertNameOf(text, places)
      expect(name.length).toBeGreaterThan(0)
      expect(name.length).toBeLessThanOrEqual(80)
    }),
  )
  expect(alertNameOf(`${'!'.repeat(1_000_000)}a`, ['!'.repeat(1_000_000)]).length).toBe(80)
})
