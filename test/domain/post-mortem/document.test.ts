import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bySection, sectionNames, type SectionName } from '../../../src/domain/post-mortem/brief-line.ts'
import {
  answeredDraft,
  type Changed,
  changedSince,
  draftedAnew,
  edited,
  openActions,
  peopleText,
  published,
  type ReviewDocument,
  type SectionTexts,
  textOf,
  waitingSections,
} from '../../../src/domain/post-mortem/document.ts'
import { readReviewFile, versionLine } from '../../../src/domain/post-mortem/review-file.ts'
import { sectionTitles } from '../../../src/domain/post-mortem/brief-line.ts'
import { diffLines } from '../../../src/domain/values/line-diff.ts'

const firewatch = { by: 'firewatch', at: '2026-11-24T05:00:00.000Z' }
const ana = { by: 'ana', at: '2026-11-25T09:00:00.000Z' }

function draft(word: string): SectionTexts {
  return bySection((name) => `${name} ${word}`)
}

function documentOf(changed: Changed): ReviewDocument {
  if (changed.kind !== 'changed') throw new Error(changed.kind)
  return changed.document
}

const first = documentOf(draftedAnew(null, draft('one'), firewatch))

describe('N40: what people write in a review', () => {
  it('is replaced by no draft: the new one waits until somebody takes it or keeps their words', () => {
    const mine = documentOf(edited(first, { version: 1, texts: { cause: 'I saw it' }, ...ana }))
    const anew = documentOf(draftedAnew(mine, draft('two'), firewatch))
    expect([textOf(anew.sections.cause), textOf(anew.sections.impact)]).toEqual(['I saw it', 'impact two'])
    expect(waitingSections(anew)).toEqual(['cause'])
    const answer = { version: anew.version, section: 'cause', ...ana } as const
    const kept = documentOf(answeredDraft(anew, { ...answer, choice: 'keep' }))
    const taken = documentOf(answeredDraft(anew, { ...answer, choice: 'take' }))
    expect([textOf(kept.sections.cause), waitingSections(kept)]).toEqual(['I saw it', []])
    expect([textOf(taken.sections.cause), waitingSections(taken)]).toEqual(['cause two', []])
  })

  it('is safe whatever is drafted, edited and answered after it, until somebody takes a draft', () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('draft' as const), word: fc.string() }),
      fc.record({
        kind: fc.constant('edit' as const),
        section: fc.constantFrom(...sectionNames.filter((name) => name !== 'cause')),
        text: fc.string({ unit: 'binary' }),
      }),
      fc.record({ kind: fc.constant('keep' as const), section: fc.constantFrom(...sectionNames) }),
      fc.record({ kind: fc.constant('publish' as const) }),
    )
    const mine = documentOf(edited(first, { version: 1, texts: { cause: 'I saw it' }, ...ana }))
    const property = fc.property(fc.array(step), (steps) => {
      let document = mine
      for (const one of steps) {
        const { version } = document
        const changed =
          one.kind === 'draft'
            ? draftedAnew(document, draft(one.word), firewatch)
            : one.kind === 'edit'
              ? edited(document, { version, texts: { [one.section]: one.text }, ...ana })
              : one.kind === 'keep'
                ? answeredDraft(document, { version, section: one.section, choice: 'keep', ...ana })
                : published(document, { version, ...ana })
        if (changed.kind === 'changed') document = changed.document
        expect(textOf(document.sections.cause)).toBe('I saw it')
      }
    })
    fc.assert(property)
  })

  it('of two at once, the second is told what the first changed', () => {
    const mine = documentOf(edited(first, { version: 1, texts: { cause: 'mine' }, ...ana }))
    const late = { version: 1, texts: { cause: 'yours' }, by: 'ben', at: ana.at }
    expect(edited(mine, late)).toEqual({ kind: 'conflict', sections: ['cause'] })
    expect(changedSince(mine, 1)).toEqual(['cause'])
    expect(mine.sections.cause.changed).toEqual({ version: 2, ...ana })
    expect(published(mine, { version: 1, ...ana })).toMatchObject({ kind: 'conflict' })
    expect(edited(mine, { ...late, version: 2 }).kind).toBe('changed')
  })

  it('that was published is changed by no draft in any section, and by people as before', () => {
    const public_ = documentOf(published(first, { version: 1, ...ana }))
    expect(public_.published).toEqual({ ...ana, version: 2 })
    const anew = documentOf(draftedAnew(public_, draft('two'), firewatch))
    expect(sectionNames.map((name) => textOf(anew.sections[name]))).toEqual(Object.values(draft('one')))
    expect(waitingSections(anew)).toEqual([...sectionNames])
    expect(published(public_, { version: 2, ...ana })).toEqual({ kind: 'unchanged' })
  })

  it('written back as it was drafted follows the drafts again; the same text is no change', () => {
    const mine = documentOf(edited(first, { version: 1, texts: { cause: 'mine' }, ...ana }))
    const back = documentOf(edited(mine, { version: 2, texts: { cause: 'cause one\r\n' }, ...ana }))
    expect(back.sections.cause.own).toBeNull()
    expect(edited(mine, { version: 2, texts: { cause: 'mine  \n' }, ...ana })).toEqual({ kind: 'unchanged' })
  })

  it('counts as open what nobody ticked off', () => {
    const texts = { actions: '- [ ] **One.** ana\n- [x] two\n  - [ ] three\ntext [ ] four' }
    expect(openActions(documentOf(edited(first, { version: 1, texts, ...ana })))).toBe(2)
  })
})

describe('N40: a person’s text', () => {
  it.each([
    ['a\r\nb \r\n\r\n', 'a\nb'],
    ['x\u0000y\uD800z', 'x\uFFFDy\uFFFDz'],
    ['\u202Etfel', '\uFFFDtfel'],
    ['<script>alert(1)</script> a < b', String.raw`\<script>alert(1)\</script> a < b`],
    ['<!-- hidden', String.raw`\<!-- hidden`],
    ['`<b>` <b>', String.raw`\`<b>\` \<b>`.replaceAll(String.raw`\``, '`')],
    ['```\n<b>\n```\n</details>', '```\n<b>\n```\n\\</details>'],
    ['```\nopen', '```\nopen\n```'],
  ])('%j is kept as %j', (written, kept) => {
    expect(peopleText(written)).toBe(kept)
  })

  it('once kept is kept as it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.constantFrom('', '```', '<b>', '`'), (text, mark) => {
        const kept = peopleText(`${text}${mark}\n${mark}${text}`)
        expect(peopleText(kept)).toBe(kept)
      }),
    )
  })
})

describe('N40: a review as a file', () => {
  const page = (texts: SectionTexts, version = 3) =>
    `# Post-mortem\n\nhead\n\n${sectionNames.map((name) => `## ${sectionTitles[name]}\n\n${texts[name]}\n`).join('\n')}\n## Details\n\nrest\n\n${versionLine(1, version)}\n`

  it('gives back every section as it was written', () => {
    const line = fc.string().filter((text) => !/^## |<!-- firewatch/.test(text))
    const text = fc.array(line).map((lines) => peopleText(lines.join('\n')).trim())
    const texts = fc.record(bySection<fc.Arbitrary<string>>(() => text))
    const property = fc.property(texts, (given) => {
      const file = readReviewFile(page(given as SectionTexts), 1)
      expect(file).toMatchObject({ version: 3, texts: given })
    })
    fc.assert(property)
  })

  it('says what is wrong with it, and where', () => {
    const good = page(draft('one'))
    const problems = (markdown: string) => readReviewFile(markdown, 1)
    expect(problems(good.replace(/<!--.*-->/, ''))).toMatchObject({
      problems: [expect.stringContaining('does not say which version')],
    })
    expect(problems(good.replace('INC-1', 'INC-2'))).toEqual({
      problems: ['the file is of INC-2, not of INC-1'],
    })
    expect(problems(`${good}\n## Why\n\nagain`)).toMatchObject({
      problems: [expect.stringMatching(/^line \d+: "## Why" is there twice/)],
    })
  })

  it('without a section leaves that section alone', () => {
    const file = readReviewFile(`## Why\n\nmine\n\n${versionLine(1, 7)}`, 1)
    expect(file).toEqual({
      version: 7,
      texts: { cause: 'mine' } satisfies Partial<Record<SectionName, string>>,
      outside: '',
    })
  })
})

describe('a difference of two texts', () => {
  it('has the lines of both, in their order', () => {
    const lines = fc.array(fc.constantFrom('a', 'b', 'c', '')).map((all) => all.join('\n'))
    const property = fc.property(lines, lines, (before, after) => {
      const diff = diffLines(before, after)
      const side = (kind: 'removed' | 'added') =>
        diff.filter((line) => line.kind === 'same' || line.kind === kind).map(({ text }) => text)
      expect(side('removed').join('\n')).toBe(before)
      expect(side('added').join('\n')).toBe(after)
    })
    fc.assert(property)
  })
})
