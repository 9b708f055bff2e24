import { spawn } from 'node:child_process'
import { access } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, expect, it, vi } from 'vitest'
import { readRunFile } from '../../src/cli/run-file.ts'
import { finished, makeDataDir, removeData } from '../support/firewatch.ts'

const demo = new URL('../../examples/feed/demo.ts', import.meta.url).pathname
const dataDir = await makeDataDir()
afterAll(() => removeData(dataDir))

it('npm run demo -- --keep goes on running after its story, and Ctrl-C ends it', async () => {
  const child = spawn(process.execPath, [demo, '--scenario', 'recorded', '--data', dataDir, '--keep'])
  const end = finished(child)
  let terminal = ''
  child.stderr.on('data', (chunk: Buffer) => (terminal += chunk.toString()))
  await vi.waitFor(() => expect(terminal).toContain('Ctrl-C ends it.'), { timeout: 200_000, interval: 100 })

  const link = /log in once {2}(\S+)/.exec(terminal.slice(terminal.indexOf('goes on running')))?.[1] ?? ''
  const page = await fetch(link)
  expect([page.status, new URL(link).pathname]).toEqual([200, expect.stringMatching(/^\/login\/[\w-]+$/)])
  const { url = '', token = '' } = (await readRunFile(dataDir)) ?? {}
  const incidents = await fetch(new URL('/api/v1/incidents', url), {
    headers: { authorization: `Bearer ${token}` },
  })
  expect(incidents.status).toBe(200)

  child.kill('SIGINT')
  expect(await end).toMatchObject({ code: 0, stderr: expect.stringContaining('stopping …') })
  await expect(fetch(url)).rejects.toThrow('fetch failed')
  await access(join(dataDir, 'reviews', 'INC-1.md'))
})
