import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createReviewFolder } from '../../src/reviews/folder.ts'

let root: string
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'firewatch-reviews-'))
})
afterEach(() => rm(root, { recursive: true }))

describe('the folder of reviews', () => {
  it('is made when it is needed, and a file there is replaced whole', async () => {
    const path = join(root, 'a', 'reviews')
    const folder = createReviewFolder(path)
    await Promise.all(
      Array.from({ length: 8 }, (_, index) => folder.write('INC-42.md', `${index}`.repeat(100_000))),
    )
    expect(await readFile(join(path, 'INC-42.md'), 'utf8')).toMatch(/^(\d)\1{99999}$/)
    expect(await readdir(path)).toEqual(['INC-42.md'])
  })

  it.each(['../INC-42.md', 'a/b.md', '.hidden', '', 'INC 42.md'])('takes no file named %j', async (name) => {
    await expect(createReviewFolder(root).write(name, 'x')).rejects.toThrow('no file name')
    expect(await readdir(root)).toEqual([])
  })

  it('leaves nothing behind when writing does not succeed', async () => {
    const folder = createReviewFolder(root)
    await expect(folder.write('INC-42.md', {} as string)).rejects.toThrow()
    expect(await readdir(root)).toEqual([])
  })
})
