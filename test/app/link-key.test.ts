import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { linkKeyIn } from '../../src/app/link-key.ts'
import { settingsFrom } from '../../src/app/settings.ts'

it('a data directory has one key, made once and readable by its owner alone', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'firewatch-key-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const key = await linkKeyIn(folder)
  expect(key).toMatch(/^[0-9a-f]{64}$/)
  expect(await linkKeyIn(folder)).toBe(key)
  expect((await stat(join(folder, 'link-key'))).mode & 0o777).toBe(0o600)
})

it('a key from the environment must be long enough, and may be left out', () => {
  const env = { TEMPORAL_ADDRESS: 'x', DATABASE_URL: 'x', CLICKHOUSE_URL: 'http://c' }
  expect(() => settingsFrom({ ...env, FIREWATCH_LINK_KEY: 'short' })).toThrow(
    'FIREWATCH_LINK_KEY is shorter than 32',
  )
  expect(settingsFrom({ ...env, FIREWATCH_LINK_KEY: '' }).linkKey).toBeUndefined()
  expect(settingsFrom({ ...env, FIREWATCH_LINK_KEY: 'k'.repeat(32) }).linkKey).toBe('k'.repeat(32))
})
