import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { draftedAnew } from '../../src/domain/post-mortem/document.ts'
import { draftReview, type Review } from '../../src/domain/post-mortem/post-mortem.ts'
import { loadReviewTemplate, type ReviewFiles } from '../../src/templates/review.ts'
import { sectionTexts } from '../../src/templates/section-text.ts'
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

const template = await loadReviewTemplate()

/** A review as it is drafted first. */
function drafted(review = draftReview(records())) {
  const author = { by: 'firewatch', at: '2026-11-24T05:00:00.000Z' }
  const first = draftedAnew(null, sectionTexts(review.brief), author)
  if (first.kind !== 'changed') throw new Error('nothing was drafted')
  return { review, document: first.document }
}

function render({ review, chart }: { readonly review: Review; readonly chart: string | null }): ReviewFiles {
  return template({ ...drafted(review), chart })
}

describe('a rendered review', () => {
  const { markdown, appendix } = render({ review: draftReview(records()), chart: 'INC-42.png' })
  const headings = (text: string) => text.split('\n').filter((line) => line.startsWith('## '))

  it('N40: is one page that begins with what happened, and has the rest in an appendix beside it', () => {
    expect(headings(markdown)).toEqual([
      '## What happened',
      '## Who and what was affected',
      '## When',
      '## Why',
      '## What ended it',
      '## What follows',
      '## What went well, and what did not',
      '## Notes',
      '## Details',
    ])
    expect(headings(appendix)).toEqual([
      '## Impact',
      '## Times',
      '## Timeline',
      '## Why: one tree per problem',
      '## Remediation',
      '## Detection and response',
      '## What went well, less well, and by luck',
      '## Conflicts and unknowns',
      '## Actions that are not proposed',
      '## Checks of the review',
      '## Evidence',
      '## Other records',
    ])
    expect(markdown).toContain('](INC-42-appendix.md)')
    expect(appendix).toContain('](INC-42.md)')
  })

  it('shows the chart beside it, where anything was measured', () => {
    expect(markdown).toContain('](INC-42.png)')
    expect(render({ review: draftReview(records()), chart: null }).markdown).not.toContain('.png')
  })

  it('shows causes as a nested list with status and evidence', () => {
    expect(markdown).toContain(
      '- supported: Feeds on iOS held fewer posts (ios-lost) (E1)\n  - supported: The cache kept serving short pages (cache) (R1)',
    )
    expect(appendix).toContain(
      '- caused: Feeds on iOS held fewer posts. **supported** [ios-lost]: os iOS: change_week is -0.936, expected below -0.4 (E1)\n  - counter-check: Peers that show it too: 0 of 1 (E1)\n  - caused: The cache',
    )
    expect(appendix).toContain('**refuted** [outage]')
    expect(appendix).toContain('**inferred** [no-limit]')
  })

  it('shows evidence with its query as it was, its snapshot and its hash', () => {
    const query = 'SELECT os\n  FROM t -- `x`\n```'
    const collected = evidence(1, 'opened/os-split', osSplit, {
      query,
      window: { from: '2026-11-24T03:00:00Z', to: '2026-11-24T03:30:00Z' },
    })
    const shown = render({ review: draftReview(records({ evidence: [collected] })), chart: null }).appendix
    expect(shown).toContain('\n\n    SELECT os\n      FROM t -- `x`\n    ```\n')
    expect(shown).toContain('| iOS | 32 | 480 | 500 | -0.936 |')
    expect(shown).toContain('window 2026-11-24 03:00:00 UTC to 2026-11-24 03:30:00 UTC')
    expect(shown).toContain(`SHA-256 ${'f'.repeat(64)}`)
  })

  it('flags what is missing', () => {
    const { serviceOwner: _, ...ownerless } = records()
    const { markdown: page, appendix: rest } = render({ review: draftReview(ownerless), chart: null })
    expect(page).toContain('15 of 16 hold')
    expect(page).toContain('Nobody owns it yet')
    expect(rest).toContain('**no**')
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
  /** The folds of the page, and its last line. */
  const ours = /^<\/?details>(?:<summary>[^<]*<\/summary>)?$|^<!-- firewatch INC-42 version 1 -->$/gm
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
    const whole = (found: string) => {
      const { markdown, appendix } = render({ review: reviewWith(found), chart: 'INC-42.png' })
      return `${markdown}\n${appendix}`
    }
    const plain = structure(whole('word'))
    const property = fc.property(text, (found) => {
      const markdown = whole(found)
      expect(structure(markdown)).toEqual(plain)
      expect(markdown.replaceAll(ours, '')).not.toMatch(
        /(?<!\\)<|(?<!\\)`|(?<!\\)\]\((?!INC-42(?:\.png|\.md|-appendix\.md)\))/,
      )
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
      const { review, document } = drafted()
      return (await loadReviewTemplate({ review: pathToFileURL(file) }))({ review, document, chart: null })
        .markdown
    } finally {
      await rm(folder, { recursive: true })
    }
  }

  it.each(['{{constructor}}', '{{incident.constructor}}', '{{__proto__}}', '{{sections.map}}'])(
    'reaches nothing by %s',
    async (source) => {
      expect(await renderTemplate(source).catch(() => '')).toBe('')
    },
  )

  it('that names what a review does not have is refused', async () => {
    await expect(renderTemplate('{{summry}}')).rejects.toThrow('"summry" not defined')
  })
})
