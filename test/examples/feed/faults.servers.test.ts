import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { withClient } from '../../../examples/feed/service/database.ts'
import { cacheTtlMs, hidden, type Inhabited, sound, startInhabited } from './inhabited.ts'
import type { Levels } from './watching.ts'

let inhabited: Inhabited

beforeAll(async () => {
  inhabited = await startInhabited()
})

afterAll(async () => {
  await inhabited?.stop()
})

/** Both platforms see as much as they should, without anybody's further doing. */
const cured = () =>
  expect
    .poll(() => inhabited.watch.levelsFromNow(), { timeout: 15_000 })
    .toSatisfy(({ iOS, Android }: Levels) => sound(iOS) && sound(Android))

describe('a poisoned cache', () => {
  it('hides posts on iOS past any ordinary age of an entry, until it is flushed once', async () => {
    await inhabited.world.faults.start('poison-cache')
    const poisoned = await inhabited.watch.levelsFromNow(2 * cacheTtlMs)
    expect(poisoned.iOS).toSatisfy(hidden)
    expect(poisoned.Android).toSatisfy(sound)
    expect(await inhabited.world.faults.status()).toEqual({
      'poison-cache': true,
      hang: false,
      'bad-config': false,
    })

    const key = randomUUID()
    const probe = () =>
      inhabited.call('GET', `${inhabited.world.serviceUrl}/admin/cache/flush`, { 'idempotency-key': key })
    expect((await probe()).body).toEqual({ applied: false })
    const { body } = await inhabited.flush(key)
    expect(body).toMatchObject({
      applied: true,
      repeated: false,
      dropped: expect.toSatisfy((n: number) => n >= 8),
    })
    expect((await inhabited.flush(key)).body).toEqual({ ...(body as object), repeated: true })
    expect((await probe()).body).toEqual({ applied: true })
    await cured()
  })

  it('is gone after a restart as well', async () => {
    await inhabited.world.faults.start('poison-cache')
    expect((await inhabited.state()).cache.longestLeftMs).toBeGreaterThan(3_600_000)
    expect((await inhabited.restart()).status).toBe(200)
    await cured()
  })
})

describe('stuck connections', () => {
  it('take the feed from everyone; a flush does not help, a restart does, once per key', async () => {
    await inhabited.world.faults.start('hang')
    const stuck = await inhabited.watch.levelsFromNow(cacheTtlMs)
    expect(stuck.iOS).toSatisfy(hidden)
    expect(stuck.Android).toSatisfy(hidden)
    expect((await inhabited.state()).pool).toMatchObject({ max: 5, total: 5, idle: 0 })

    expect((await inhabited.flush()).status).toBe(200)
    const flushed = await inhabited.watch.levelsFromNow()
    expect(flushed.iOS).toSatisfy(hidden)
    expect(flushed.Android).toSatisfy(hidden)

    const before = await inhabited.currentRun()
    const key = randomUUID()
    const both = await Promise.all([inhabited.restart(key), inhabited.restart(key)])
    const after = await inhabited.currentRun()
    expect(after.pid).not.toBe(before.pid)
    expect(after.instance).not.toBe(before.instance)
    expect(both.map(({ body }) => body)).toEqual([
      expect.objectContaining({
        repeated: false,
        before: expect.objectContaining({ pid: before.pid }),
      }),
      expect.objectContaining({ repeated: true, after: expect.objectContaining({ pid: after.pid }) }),
    ])
    await cured()
  })
})

describe('a bad configuration', () => {
  it('hides posts on iOS through flush and restart, until a person puts it right', async () => {
    await inhabited.world.faults.start('bad-config')
    const bad = await inhabited.watch.levelsFromNow(cacheTtlMs)
    expect(bad.iOS).toSatisfy(hidden)
    expect(bad.Android).toSatisfy(sound)
    await inhabited.flush()
    expect((await inhabited.watch.levelsFromNow()).iOS).toSatisfy(hidden)
    await inhabited.restart()
    expect((await inhabited.watch.levelsFromNow()).iOS).toSatisfy(hidden)

    expect(await inhabited.world.faults.fixConfig('carol')).toEqual(['iOS'])
    await cured()
    const history = await withClient(inhabited.world.databaseUrl, (database) =>
      database.query("SELECT changed_by FROM feed_config WHERE platform = 'iOS' ORDER BY id DESC LIMIT 2"),
    )
    expect(history.rows).toEqual([{ changed_by: 'carol' }, { changed_by: 'ranking-experiments' }])
  })
})

it('clearing undoes every fault', async () => {
  for (const name of ['poison-cache', 'hang', 'bad-config'] as const) await inhabited.world.faults.start(name)
  expect(await inhabited.world.faults.status()).toEqual({
    'poison-cache': true,
    hang: true,
    'bad-config': true,
  })
  await inhabited.world.faults.clear('tester')
  expect(await inhabited.world.faults.status()).toEqual({
    'poison-cache': false,
    hang: false,
    'bad-config': false,
  })
})
