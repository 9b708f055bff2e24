import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { makeFolder } from '../../src/embedded/make-folder.ts'

test('a folder is made by several at once, as by a server and its workers at their first start', async () => {
  const root = await mkdtemp(join(tmpdir(), 'firewatch-folder-'))
  try {
    for (let round = 0; round < 50; round += 1) {
      const path = join(root, `${round}`, 'data', 'cache')
      await Promise.all(Array.from({ length: 8 }, () => makeFolder(path)))
      expect(await readdir(path)).toEqual([])
    }
  } finally {
    await rm(root, { recursive: true })
  }
})
