import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { choosePorts } from '../../src/embedded/ports.ts'

let dir: string

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'firewatch-ports-'))
})

afterEach(() => rm(dir, { recursive: true }))

test('a data directory keeps its ports, all different and below those of outgoing connections', async () => {
  const first = await choosePorts(dir)
  expect(await choosePorts(dir)).toEqual(first)
  expect(new Set(Object.values(first)).size).toBe(4)
  expect(Math.max(...Object.values(first))).toBeLessThan(32_768)
})

test('a port that somebody else took meanwhile is replaced, and the others stay', async () => {
  const first = await choosePorts(dir)
  const squatter = createServer().listen(first.postgres, '127.0.0.1')
  await once(squatter, 'listening')

  const second = await choosePorts(dir)

  expect(second.postgres).not.toBe(first.postgres)
  expect({ ...second, postgres: 0 }).toEqual({ ...first, postgres: 0 })
  squatter.close()
})

test('a damaged memory of ports only costs the memory', async () => {
  await writeFile(join(dir, 'ports.json'), '{"tempo')
  expect(Object.keys(await choosePorts(dir))).toHaveLength(4)
})
