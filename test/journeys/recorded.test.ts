import { spawn } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Recorded } from '../../examples/recorded/expectations.ts'
import { finished, type Finished, makeDataDir, removeData } from '../support/firewatch.ts'

const demo = new URL('../../examples/feed/demo.ts', import.meta.url).pathname

describe('the story "recorded"', () => {
  let dataDir: string
  let end: Finished
  let told: Recorded

  beforeAll(async () => {
    dataDir = await makeDataDir()
    end = await finished(
      spawn(process.execPath, [demo, '--scenario', 'recorded', '--data', dataDir, '--json']),
    )
    if (end.stdout === '') throw new Error(`the demo ended with ${end.code} and told nothing: ${end.stderr}`)
    told = JSON.parse(end.stdout) as Recorded
  })
  afterAll(() => removeData(dataDir))

  it('comes true as a whole, and the exit code says so', () => {
    expect(end.stderr).toContain('The whole story came true.')
    expect(end.stderr).not.toContain('✗')
    expect(end.code).toBe(0)
  })

  it('tells what was seen and what was decided, at the times of the recording', () => {
    expect(end.stderr).toMatch(/2013-12-16 16:15 {2}seen +Machine temperature: 29\.47/)
    expect(end.stderr).toMatch(
      /2014-02-08 00:30 {2}decided +opened: Machine temperature [^\n]+ \(machine\), P1/,
    )
    expect(end.stderr).toMatch(/2014-02-10 18:00 {2}done +resolved/)
  })

  it('opens exactly three incidents: the shutdown, the failure and its echo', () => {
    expect(told.kept.map(({ name, incident }) => [name, incident.startedAt, incident.resolvedAt])).toEqual([
      ['INC-1', '2013-12-16T16:00:00.000Z', '2013-12-17T00:00:00.000Z'],
      ['INC-2', '2014-02-08T00:15:00.000Z', '2014-02-08T22:00:00.000Z'],
      ['INC-3', '2014-02-10T09:45:00.000Z', '2014-02-10T18:00:00.000Z'],
    ])
  })

  it('leaves a review of each, with a chart, and the times of the recording in both', async () => {
    for (const { name, incident } of told.kept) {
      const review = await readFile(join(dataDir, 'reviews', `${name}.md`), 'utf8')
      expect(review).toContain(`**Began:** ${incident.startedAt.slice(0, 10)}`)
      expect(review).toContain(`![The measured series`)
      const png = await readFile(join(dataDir, 'reviews', `${name}.png`))
      expect(png.subarray(1, 4).toString()).toBe('PNG')
    }
  })

  it('has the echo alone marked as not actionable, by a person and with a reason, as its review says', async () => {
    const marked = told.kept.filter(({ review }) => review.includes('Not actionable: '))
    expect(marked.map(({ name }) => name)).toEqual(['INC-3'])
    const entry = marked[0]?.records.timeline.find(({ eventKey }) => eventKey === 'not-actionable')
    expect(entry).toMatchObject({ actor: 'mira', summary: expect.stringContaining('echo') as string })
    const file = await readFile(join(dataDir, 'reviews', 'INC-3.md'), 'utf8')
    expect(file).toMatch(/Not actionable: Responder A marked it so at .*“an echo of the incident before/)
  })

  it('pages nobody and repairs nothing', () => {
    expect(told.kept.flatMap(({ records }) => [...records.pages, ...records.attempts])).toEqual([])
  })
})
