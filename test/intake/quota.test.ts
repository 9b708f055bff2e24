import { describe, expect, it } from 'vitest'
import { createQuota } from '../../src/intake/quota.ts'

function world(limits: Record<string, number | undefined> = {}) {
  const lines: string[] = []
  const at = { ms: 0 }
  const line = (level: string) => (fields: object, message: string) =>
    void lines.push(`${level} ${message} ${JSON.stringify(fields)}`)
  const withinQuota = createQuota({
    alertsPerMinute: (source) => limits[source],
    log: { warn: line('warn'), info: line('info') },
    clock: () => at.ms,
  })
  const bring = (source: string, count: number, error?: Error) =>
    withinQuota(source, count, async () => {
      if (error !== undefined) throw error
      return 'stored'
    }).catch((thrown: unknown) => thrown)
  return { bring, lines, at, limits }
}

const overShare = Object.assign(new Error('busy'), { name: 'StoreError', overShare: true })

describe('a limit', () => {
  it('holds back whoever is over it for as long as it takes, and nobody else', async () => {
    const { bring, at } = world({ noisy: 60 })
    expect(await bring('noisy', 60)).toBe('stored')
    expect(await bring('noisy', 2)).toMatchObject({ name: 'SenderHeldBack', retryAfterSeconds: 2 })
    expect(await bring('calm', 1_000_000)).toBe('stored')
    at.ms = 2_000
    expect(await bring('noisy', 2)).toBe('stored')
  })

  it('takes what is larger than a minute allows, and counts it', async () => {
    const { bring } = world({ noisy: 60 })
    expect(await bring('noisy', 180)).toBe('stored')
    expect(await bring('noisy', 1)).toMatchObject({ retryAfterSeconds: 121 })
  })

  it('counts nothing that could not be stored: the sender brings it once more', async () => {
    const { bring } = world({ noisy: 60 })
    for (let count = 0; count < 5; count++) await bring('noisy', 60, new Error('PostgreSQL is away'))
    expect(await bring('noisy', 60)).toBe('stored')
    expect(await bring('noisy', 1)).toMatchObject({ name: 'SenderHeldBack' })
  })

  it('lets pass what says nothing', async () => {
    const { bring } = world({ noisy: 1 })
    await bring('noisy', 1)
    expect(await bring('noisy', 0)).toBe('stored')
  })

  it('that is lifted while the server runs is lifted at once', async () => {
    const { bring, limits } = world({ noisy: 1 })
    await bring('noisy', 100)
    limits['noisy'] = undefined
    expect(await bring('noisy', 100)).toBe('stored')
  })
})

it('a sender that gives way to others in the queue is held back; what else fails stays what it is', async () => {
  const { bring } = world()
  expect(await bring('noisy', 1, overShare)).toMatchObject({ name: 'SenderHeldBack', retryAfterSeconds: 5 })
  const busy = Object.assign(new Error('busy'), { name: 'StoreError', overShare: false })
  for (const error of [busy, new Error('x')]) expect(await bring('noisy', 1, error)).toBe(error)
})

it('the log says once who is held back, and once when that is over', async () => {
  const { bring, lines, at } = world({ noisy: 1 })
  await bring('noisy', 1)
  for (let count = 0; count < 500; count++) await bring('noisy', 1)
  await bring('other', 1, overShare)
  expect(lines).toEqual([
    'warn alerts of this source are held back {"source":"noisy","reason":"over its limit of 1 alerts a minute; come again in 60 s"}',
    expect.stringMatching('^warn .*"source":"other"'),
  ])
  at.ms = 59_000
  await bring('other', 1)
  expect(lines).toHaveLength(2)
  at.ms = 60_000
  await bring('noisy', 1)
  expect(lines[2]).toBe('info alerts of this source are held back no longer {"source":"noisy","refused":500}')
  await bring('noisy', 1)
  expect(lines[3]).toContain('warn')
})
