import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { codeBlock, escapeDeep, escapeMarkdown } from '../../src/templates/markdown.ts'

/** Characters that mean something in Markdown or HTML unless a backslash stands before them. */
const special = new Set('`*[]<>|~&$')

/** What a reader sees: backslashes before punctuation are gone. Throws at a special character that stands bare. */
function shown(markdown: string): string {
  let text = ''
  for (let index = 0; index < markdown.length; index++) {
    const character = markdown[index] ?? ''
    if (character === '\\') text += markdown[++index] ?? '\\'
    else if (special.has(character)) throw new Error(`bare ${character} in ${markdown}`)
    else text += character
  }
  return text
}

const hostile = [
  '<script>alert(1)</script>',
  '[x](javascript:alert(1))',
  '![x](http://evil/x.png)',
  '`code`',
  '| a | b |',
  '# title',
  '---',
  '- item',
  '1. one',
  '\\',
  '\n\n',
  '\r',
  '\t',
  '\u2028',
  '&lt;',
  '**bold**',
  '__bold__',
  '~~x~~',
  '$x$',
  'http://evil.example',
  'www.evil.example',
  '{{this}}',
  '{{{constructor}}}',
  '\u202E',
  '===',
  '+ x',
  '> quote',
  '    code',
]
const hostileText = fc
  .array(fc.oneof(fc.string({ unit: 'grapheme' }), fc.constantFrom(...hostile)))
  .map((parts) => parts.join(''))

describe('escaped text', () => {
  it.each([
    ['<script>alert(1)</script>', '\\<script\\>alert(1)\\</script\\>'],
    ['[x](javascript:alert(1))', '\\[x\\](javascript:alert(1))'],
    ['a | b\nc', 'a \\| b c'],
    ['# title', '\\# title'],
    ['- item', '\\- item'],
    ['-0.4', '-0.4'],
    ['12. x', '12\\. x'],
    ['31.67', '31.67'],
    ['cache_invalidation', 'cache_invalidation'],
    ['_x_', '\\_x\\_'],
    ['see http://evil.example', 'see http\\://evil.example'],
    ['www.evil.example', 'www\\.evil.example'],
    ['a\u202Eb\u0007', 'a\uFFFDb\uFFFD'],
    ['plain words, 98 % below (480)', 'plain words, 98 % below (480)'],
  ])('of %j is %j', (text, markdown) => {
    expect(escapeMarkdown(text)).toBe(markdown)
  })

  it('shows as the text itself, on one line, with nothing special left bare', () => {
    const property = fc.property(hostileText, (text) => {
      const markdown = escapeMarkdown(text)
      expect(markdown).not.toMatch(/[\n\r\u2028\u2029]/)
      expect(markdown).not.toMatch(/^\s|^(?:#|=|[-+]\s|[-+]$|\d+[.)](?:\s|$))/)
      expect(markdown).not.toMatch(/https?:\/\//i)
      const visible = text
        .replace(/\s+/gu, ' ')
        .trim()
        .replace(/[\p{Cc}\u200E\u200F\u202A-\u202E\u2066-\u2069]/gu, '\uFFFD')
      expect(shown(markdown)).toBe(visible)
    })
    fc.assert(property, { numRuns: 500 })
  })
})

describe('a code block', () => {
  it('indents every line, so that nothing in it can end it', () => {
    expect(codeBlock('SELECT 1\n```\r\n# x\rFROM t')).toBe('    SELECT 1\n    ```\n    # x\n    FROM t')
    fc.assert(
      fc.property(hostileText, (text) => {
        for (const line of codeBlock(text).split(/[\n\r]/)) expect(line).toMatch(/^ {4}/)
      }),
    )
  })
})

it('escapes texts at any depth, and only texts', () => {
  expect(escapeDeep({ a: ['<b>', 1, null, true], b: { c: '*' }, q: { code: '*x' } })).toEqual({
    a: ['\\<b\\>', 1, null, true],
    b: { c: '\\*' },
    q: '    *x',
  })
})
