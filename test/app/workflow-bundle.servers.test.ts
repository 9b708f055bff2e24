import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { workflowBundle } from '../../src/app/workflow-bundle.ts'

describe('the bundle of the workflows', () => {
  let dataDir: string
  let cache: string
  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'firewatch-bundle-'))
    cache = join(dataDir, 'cache')
    await mkdir(cache)
    await writeFile(join(cache, 'workflows-of-another-version.js'), '')
  })
  afterAll(() => rm(dataDir, { recursive: true }))

  it('is made once, kept whole, and takes the place of one of another version', async () => {
    const first = await workflowBundle(dataDir)
    expect(first.code).toContain('remediationAttempt')
    const [name = '', ...others] = await readdir(cache)
    expect(others).toEqual([])
    expect(name).toMatch(/^workflows-[0-9a-f]{16}\.js$/)
    expect(await readFile(join(cache, name), 'utf8')).toBe(first.code)

    const before = await stat(join(cache, name))
    expect((await workflowBundle(dataDir)).code).toBe(first.code)
    expect((await stat(join(cache, name))).mtimeMs).toBe(before.mtimeMs)
  })

  it('says what is wrong when it cannot be kept', async () => {
    await writeFile(join(dataDir, 'a-file'), '')
    await expect(workflowBundle(join(dataDir, 'a-file'))).rejects.toThrow(/EEXIST|ENOTDIR/)
  })
})
