import { spawn } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { finished } from '../support/firewatch.ts'

const demo = new URL('../../examples/feed/demo.ts', import.meta.url).pathname

describe('the demo', () => {
  it('says which stories there are when it is asked for another', async () => {
    const { code, stderr } = await finished(spawn(process.execPath, [demo, '--scenario', 'ends-well']))
    expect(code).toBe(2)
    expect(stderr).toContain('heals, escalates, crash, recorded')
  })

  it('tells of them in its help', async () => {
    const { code, stdout } = await finished(spawn(process.execPath, [demo, '--help']))
    expect(code).toBe(0)
    for (const name of ['heals', 'escalates', 'crash', 'recorded'])
      expect(stdout).toMatch(new RegExp(`^ {2}${name} `, 'm'))
  })
})
