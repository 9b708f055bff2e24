import { spawn } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Outcome } from '../../examples/feed/scenarios.ts'
import { utc } from '../../src/domain/post-mortem/records.ts'
import { elapsedMs } from '../../src/domain/post-mortem/times.ts'
import { formatDuration } from '../../src/domain/values/duration.ts'
import { finished, makeDataDir, removeData } from '../support/firewatch.ts'

const demo = new URL('../../examples/feed/demo.ts', import.meta.url).pathname

interface StoryResult extends Outcome {
  readonly code: number | null
  readonly terminal: string
  readonly dataDir: string
}

async function tell(scenario: string): Promise<StoryResult> {
  const dataDir = await makeDataDir()
  const child = spawn(process.execPath, [demo, '--scenario', scenario, '--data', dataDir, '--json'])
  const { code, stdout, stderr } = await finished(child)
  if (stdout === '') throw new Error(`the demo ended with ${code} and told nothing: ${stderr}`)
  return { ...(JSON.parse(stdout) as Outcome), code, terminal: stderr, dataDir }
}

/** A cause in the review: its status, its claim and what it cites. */
const causeLine = /^ *- (supported|refuted|unknown|inferred): .*$/

function causesOf(review: string): { line: string; status: string }[] {
  return review.split('\n').flatMap((line) => {
    const match = causeLine.exec(line)
    return match === null ? [] : [{ line, status: match[1] ?? '' }]
  })
}

/** Tells a story of the demo, and looks whether it came true. Each has a file of its own: they take real time, and go on side by side. */
export function itComesTrue(scenario: 'heals' | 'escalates' | 'crash'): void {
  describe(`the story "${scenario}"`, () => {
    let told: StoryResult

    beforeAll(async () => {
      told = await tell(scenario)
    })
    afterAll(() => removeData(told.dataDir))

    it('comes true as a whole, and the exit code says so', () => {
      expect(told.terminal).toContain('The whole story came true.')
      expect(told.code).toBe(0)
    })

    it('opens one incident about the drop on iOS, at the severity of its check', () => {
      expect(told.incident).toMatchObject({ number: 1, severity: 'P1', service: 'feed', state: 'resolved' })
      const groups = new Set(
        told.records.alerts.map(({ labels }) => `${labels['alertname']} ${labels['group']}`),
      )
      expect(groups).toContain('feed-activity iOS')
      expect(groups).not.toContain('feed-activity Android')
      expect(told.records.alerts.every(({ status }) => status === 'resolved')).toBe(true)
    })

    it('measures before and after each attempt, on samples newer than the act', () => {
      for (const { actedAt, before, after, explanation } of told.records.attempts) {
        expect(before?.verdicts.length).toBeGreaterThan(0)
        expect(after?.verdicts.length).toBeGreaterThan(0)
        const acted = Date.parse(actedAt ?? '')
        expect(after?.verdicts.every(({ bucketAt }) => Date.parse(bucketAt) >= acted)).toBe(true)
        expect(explanation).not.toBe('')
      }
    })

    it('writes a review whose every cause cites evidence that exists, or is marked inferred or unknown', () => {
      const causes = causesOf(told.review)
      expect(causes.length).toBeGreaterThanOrEqual(5)
      const kept = new Set(told.records.evidence.map(({ number }) => `E${number}`))
      const attempts = new Set(told.records.attempts.map((_, index) => `R${index + 1}`))
      for (const { line, status } of causes) {
        const cited = line.match(/\b[ER]\d+\b/g) ?? []
        if (status === 'supported' || status === 'refuted') expect(cited, line).not.toEqual([])
        for (const id of cited) expect(kept.has(id) || attempts.has(id), `${id} of ${line}`).toBe(true)
      }
    })

    it('gives times whose durations recompute', () => {
      const { startedAt, detectedAt, mitigatedAt, resolvedAt } = told.incident
      const rows = [
        ['Detected', startedAt, detectedAt],
        ['Mitigated', startedAt, mitigatedAt],
        ['Resolved', startedAt, resolvedAt],
      ] as const
      for (const [name, from, to] of rows) {
        const length = formatDuration(elapsedMs(from, to ?? ''))
        expect(told.review).toContain(`**${name}:** ${utc(to ?? '')}, ${length} after it began`)
      }
      const order = [startedAt, detectedAt, mitigatedAt ?? '', resolvedAt ?? ''].map((at) => Date.parse(at))
      expect(order.toSorted((a, b) => a - b)).toEqual(order)
    })

    it('says what is not known, names owners and dates of actions, and keeps the same text as a file beside its chart', async () => {
      expect(told.review).toContain('**Not recorded:** Users affected, cost')
      expect(told.review).toMatch(/Owner \w+, due \d{4}-\d{2}-\d{2}/)
      expect(await readFile(join(told.dataDir, 'reviews', 'INC-1.md'), 'utf8')).toBe(told.review)
      const png = await readFile(join(told.dataDir, 'reviews', 'INC-1.png'))
      expect(png.subarray(0, 4)).toEqual(Buffer.from([0x89, 0x50, 0x4e, 0x47]))
    })

    it(
      scenario === 'heals'
        ? 'wakes nobody'
        : 'pages up the chain, each person once, until somebody acknowledges',
      () => {
        const pages = told.records.pages.filter(({ kind }) => kind === 'page')
        if (scenario === 'heals') {
          expect([pages, told.received]).toEqual([[], []])
          return
        }
        // What an owner is told besides, such as that it grew, is no page.
        const paged = told.received.filter(({ idempotencyKey }) =>
          pages.some(({ id }) => idempotencyKey.endsWith(`/${id}`)),
        )
        expect(paged.map(({ person }) => person)).toEqual(['ana', 'ben', 'carol'])
        expect(pages.map(({ person, state }) => [person, state])).toEqual([
          ['ana', 'sent'],
          ['ben', 'sent'],
          ['carol', 'sent'],
        ])
        expect(told.incident.acknowledgedBy).toBe('carol')
      },
    )
  })
}
