import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { finished } from '../support/firewatch.ts'

const run = fileURLToPath(new URL('../../bench/run.ts', import.meta.url))
const bench = (...args: string[]) => finished(spawn(process.execPath, [run, ...args]))

describe('npm run bench', () => {
  it('tells of its benchmarks', async () => {
    const { code, stdout } = await bench('--help')
    expect(code).toBe(0)
    expect(stdout).toContain('page, accept, intake, storm, incidents, checks, memory, start, history, load')
  })

  it('measures nothing when one of the names is none', async () => {
    const { code, stdout, stderr } = await bench('page', 'pages')
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toContain('there is no benchmark pages; there are page,')
  })
})
