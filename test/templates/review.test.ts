import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { draftReview } from '../../src/domain/post-mortem/post-mortem.ts'
import { loadReviewTemplate } from '../../src/templates/review.ts'
import {
  attempt,
  attemptSaying,
  entry,
  evidence,
  incident,
  osSplit,
  records,
  rows,
} from '../domain/post-mortem/world.ts'

const render = await loadReviewTemplate()

describe('a rendered review', () => {
  const markdown = render({ review: draftReview(records()), chart: 'INC-42.png' })

  it('has every section, in the order in which people read', () => {
    const sections = markdown.split('\n').filter((line) => line.startsWith('## '))
    expect(sections).toEqual([
      '## Summary',
      '## Impact',
      '## Times',
      '## Timeline',
      '## Why: one tree per problem',
      '## Remediation',
      '## Detection and response',
      '## What went well, less well, and by luck',
      '## Conflicts and unknowns',
      '## Actions',
      '## Checks of this draft',
      '## Evidence',
      '## Other records',
    ])
  })

  it('shows the chart beside it, or says why there is none', () => {
    expect(markdown).toContain('](INC-42.png)')
    expect(render({ review: draftReview(records()), chart: null })).toContain(
      'No chart: no check measures what fired.',
    )
  })

  it('shows causes as a nested list with status and evidence', () => {
    expect(markdown).toContain(
      '- caused: Feeds on iOS held fewer posts. **supported** [ios-lost]: os iOS: change_week is -0.936, expected below -0.4 (INC-42/E1)\n  - counter-check: Peers that show it too: 0 of 1 (INC-42/E1)\n  - caused: The cache',
    )
    expect(markdown).toContain('**refuted** [outage]')
    expect(markdown).toContain('**inferred** [no-limit]')
  })

  it('shows evidence with its query as it was, its snapshot and its hash', () => {
    const query = 'SELECT os\n  FROM t -- `x`\n```'
    const collected = evidence(1, 'opened/os-split', osSplit, {
      query,
      window: { from: '2026-11-24T03:00:00Z', to: '2026-11-24T03:30:00Z' },
    })
    const shown = render({ review: draftReview(records({ evidence: [collected] })), chart: null })
    expect(shown).toContain('\n\n    SELECT os\n      FROM t -- `x`\n    ```\n')
    expect(shown).toContain('| iOS | 32 | 480 | 500 | -0.936 |')
    expect(shown).toContain('window 2026-11-24 03:00:00 UTC to 2026-11-24 03:30:00 UTC')
    expect(shown).toContain(`SHA-256 ${'f'.repeat(64)}`)
  })

  it('flags what is missing', () => {
    const { serviceOwner: _, ...ownerless } = records()
    const shown = render({ review: draftReview(ownerless), chart: null })
    expect(shown).toContain('15 of 16 checks hold')
    expect(shown).toContain('owner: **missing**')
  })
})

describe('hostile text in a review', () => {
  const bad = fc.constantFrom(
    '<script>alert(1)</script>',
    '[x](javascript:alert(1))',
    '![i](http://evil/i.png)',
    '`',
    '```\n',
    '|',
    '\n# heading',
    '\n- item',
    '{{incident}}',
    '\u0000',
    '<!--',
    '](INC-42.png)',
    '\r\n\r\n    ',
  )
  const text = fc.array(bad, { minLength: 1, maxLength: 4 }).map((parts) => `${parts.join(' ')} word`)
  const structure = (markdown: string) =>
    markdown
      .split('\n')
      .map(
        (line) =>
          `${/^(?:#+ |\|---|\| | *- |!\[)/.exec(line)?.[0] ?? ''}${line.match(/(?<!\\)\|/g)?.length ?? 0}`,
      )

  function reviewWith(found: string) {
    const labels = { alertname: found, metric: found, slice: found, group: found }
    return draftReview(
      records({
        incident: incident({ title: found }),
        alerts: [
          {
            fingerprint: found,
            status: 'resolved',
            labels,
            annotations: {},
            startsAt: '2026-11-24T03:00:00.000Z',
          },
        ],
        timeline: [
          entry('note/1', '03:20', { kind: 'note', actor: 'x', summary: found }),
          entry('state/1', '03:21', { summary: found }),
        ],
        evidence: [
          evidence(1, 'opened/a', rows({ column: found, now: 1 }), { title: found }),
          evidence(2, 'opened/b', { error: found }),
        ],
        attempts: [attempt({ action: found, target: found, ...attemptSaying(found) })],
      }),
    )
  }

  it('changes words and nothing of the structure', () => {
    const plain = structure(render({ review: reviewWith('word'), chart: 'INC-42.png' }))
    const property = fc.property(text, (found) => {
      const markdown = render({ review: reviewWith(found), chart: 'INC-42.png' })
      expect(structure(markdown)).toEqual(plain)
      expect(markdown).not.toMatch(/(?<!\\)<|(?<!\\)`|(?<!\\)\]\((?!INC-42\.png\))/)
      expect(markdown).not.toContain('\u0000')
    })
    fc.assert(property, { numRuns: 60 })
  })
})

describe('a template', () => {
  async function renderTemplate(source: string): Promise<string> {
    const folder = await mkdtemp(join(tmpdir(), 'firewatch-template-'))
    try {
      const file = join(folder, 'review.hbs')
      await writeFile(file, source)
      return (await loadReviewTemplate(pathToFileURL(file)))({ review: draftReview(records()), chart: null })
    } finally {
      await rm(folder, { recursive: true })
    }
  }

  it.each(['{{constructor}}', '{{incident.constructor}}', '{{__proto__}}', '{{summary.map}}'])(
    'reaches nothing by %s',
    async (source) => {
      expect(await renderTemplate(source).catch(() => '')).toBe('')
    },
  )

  it('that names what a review does not have is refused', async () => {
    await expect(renderTemplate('{{summry}}')).rejects.toThrow('"summry" not defined')
  })
})
