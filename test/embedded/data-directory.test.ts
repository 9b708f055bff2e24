import { mkdir, mkdtemp, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { DataDirectoryInUseError, lockDataDirectory } from '../../src/embedded/data-directory.ts'
import { processIdentity } from '../../src/embedded/process-identity.mjs'

let folder: string
let dir: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'firewatch-lock-'))
  dir = join(folder, 'data')
})

afterEach(() => rm(folder, { recursive: true }))

/** Above what systems give out, so that no process has it. */
const NOBODY = 4_194_305

test('a second owner is refused at once, with path, owner and since when', async () => {
  const before = Date.now()
  const lock = await lockDataDirectory(dir)

  const refusal: unknown = await lockDataDirectory(dir).catch((error: unknown) => error)

  expect(refusal).toBeInstanceOf(DataDirectoryInUseError)
  const { message, owner } = refusal as DataDirectoryInUseError
  expect(message).toContain(dir)
  expect(message).toContain(`process ${process.pid} `)
  expect(Date.parse(owner.since)).toBeGreaterThanOrEqual(before)
  expect(message).toContain(owner.since)
  lock.release()
})

test.each([
  ['a new one', async () => undefined, true],
  ['an empty one that stood open', () => mkdir(dir, { mode: 0o755 }), true],
  [
    'one of a former run that stood open',
    async () => {
      await mkdir(dir, { mode: 0o755 })
      await writeFile(join(dir, 'ports.json'), '{}')
    },
    true,
  ],
  [
    'one that holds other things',
    async () => {
      await mkdir(dir, { mode: 0o755 })
      await writeFile(join(dir, 'notes.txt'), '')
    },
    false,
  ],
])('N25 others can neither list nor read %s, unless it is not only ours', async (_, make, closed) => {
  await make()
  const lock = await lockDataDirectory(dir)
  expect(((await stat(dir)).mode & 0o066) === 0).toBe(closed)
  lock.release()
})

test('a released directory can be taken again', async () => {
  const first = await lockDataDirectory(dir)
  first.release()
  const second = await lockDataDirectory(dir)
  expect(second.dir).toBe(dir)
  second.release()
})

test.each([
  ['whose owner died', { pid: NOBODY, identity: 'boot/1', since: '2026-01-01T00:00:00.000Z' }],
  ['whose pid was given to another process', { pid: process.pid, identity: 'boot/1', since: '2026-01-01' }],
])('a lock %s is taken over', async (_, owner) => {
  await lockDataDirectory(dir).then((lock) => lock.release())
  await writeFile(join(dir, 'lock'), JSON.stringify(owner))

  const lock = await lockDataDirectory(dir)

  expect(JSON.parse(await readFile(join(dir, 'lock'), 'utf8'))).toMatchObject({
    pid: process.pid,
    identity: processIdentity(process.pid),
  })
  lock.release()
})

test('a take-over that was cut off long ago does not block the next one', async () => {
  await lockDataDirectory(dir).then((lock) => lock.release())
  const dead = { pid: NOBODY, identity: 'boot/1', since: '2026-01-01' }
  await writeFile(join(dir, 'lock'), JSON.stringify(dead))
  await writeFile(join(dir, 'lock.takeover'), JSON.stringify(dead))
  await utimes(join(dir, 'lock.takeover'), 1, 1)

  const lock = await lockDataDirectory(dir)

  lock.release()
})

test('releasing leaves the lock of a later owner alone', async () => {
  const lock = await lockDataDirectory(dir)
  const later = JSON.stringify({ pid: NOBODY, identity: 'later', since: 'later' })
  await writeFile(join(dir, 'lock'), later)

  lock.release()

  expect(await readFile(join(dir, 'lock'), 'utf8')).toBe(later)
})

test('a damaged lock is reported with its path, not guessed at', async () => {
  await lockDataDirectory(dir).then((lock) => lock.release())
  await writeFile(join(dir, 'lock'), 'what?')

  await expect(lockDataDirectory(dir)).rejects.toThrow(join(dir, 'lock'))
})

test('a process has one identity while it lives and none when it is dead', () => {
  expect(processIdentity(process.pid)).toBe(processIdentity(process.pid))
  expect(processIdentity(process.ppid)).not.toBe(processIdentity(process.pid))
  expect(processIdentity(NOBODY)).toBeUndefined()
})
