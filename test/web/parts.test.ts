import { describe, expect, it } from 'vitest'
import { html } from '../../src/web/html.ts'
import { prose } from '../../src/web/pages/markdown.ts'
import { sparkline } from '../../src/web/pages/sparkline.ts'
import { hostile } from './story.ts'

describe('prose', () => {
  it.each([
    ['# One\n\nTwo\nthree', '<h3>One</h3><p>Two three</p>'],
    ['### Deep', '<h4>Deep</h4>'],
    ['- a\n  goes on\n- b', '<ul><li>a goes on</li><li>b</li></ul>'],
    ['1. a\n2. b\n\nc', '<ol><li>a</li><li>b</li></ol><p>c</p>'],
    [
      '**bold**, *stressed* and `code * 2`',
      '<p><strong>bold</strong>, <em>stressed</em> and <code>code * 2</code></p>',
    ],
    ['2 * 3 * 4', '<p>2 * 3 * 4</p>'],
    [
      '```\n# not a heading\n\n- nor a list\n```\nafter',
      '<pre># not a heading\n\n- nor a list</pre><p>after</p>',
    ],
    ['```\nnever closed', '<pre>never closed</pre>'],
    ['[a link](javascript:alert(1))', '<p>[a link](javascript:alert(1))</p>'],
    ['| not a table', '<p>| not a table</p>'],
    ['', ''],
  ])('%j', (markdown, expected) => {
    expect(prose(markdown).text).toBe(expected)
  })

  it.each([
    ['**https://x.example/a**', '<strong><a href="https://x.example/a"'],
    ['**[Restart it](https://x.example/r) now**', '<strong><a href="https://x.example/r"'],
    ['*see https://x.example/y*', '<em>see <a href="https://x.example/y"'],
    [
      '[words](https://x.example/t "what it is")',
      '<a href="https://x.example/t" rel="noopener noreferrer">words</a>',
    ],
    ['https://kibana.example/?q=foo*&x=1 and *this*', 'href="https://kibana.example/?q=foo*&amp;x=1"'],
    [
      '[see https://a.example](https://b.example/)',
      '<a href="https://b.example/" rel="noopener noreferrer">see https://a.example</a>',
    ],
  ])('N35: no link of guidance is dead: %s', (markdown, expected) => {
    expect(prose(markdown).text).toContain(expected)
    expect(prose(markdown).text.match(/<a /g)).toHaveLength(1)
  })

  it('makes a table of a table', () => {
    const { text } = prose('| if | then |\n|---|---|\n| a | `b` |\nafter')
    expect(text).toContain('<th scope="col">if</th><th scope="col">then</th>')
    expect(text).toContain('<th scope="row">a</th><td><code>b</code></td>')
    expect(text).toContain('<p>after</p>')
  })

  it.each([
    (text: string) => text,
    (text: string) => `# ${text}`,
    (text: string) => `- ${text}`,
    (text: string) => `\`${text}\``,
    (text: string) => `**${text}**`,
    (text: string) => `| a |\n|---|\n| ${text} |`,
    (text: string) => `\`\`\`\n${text}\n\`\`\``,
  ])('shows HTML as text wherever it stands (%#)', (place) => {
    expect(prose(place(hostile)).text).toContain('&lt;script&gt;alert(1)&lt;/script&gt;&lt;img src=x')
    expect(prose(place(hostile)).text).not.toMatch(/<(script|img)/)
  })
})

describe('a sparkline', () => {
  const point = (value: number | null, state: 'ok' | 'firing' | 'unknown' = 'ok') => ({ value, state })

  it('leaves a gap for what is unknown, and marks what fired', () => {
    const { text } = sparkline([point(10), point(20), point(null, 'unknown'), point(12, 'firing')])
    expect(text).toContain('d="M4 32h0L61.3 4M176 26.4h0"')
    expect(text.match(/<circle/g)).toHaveLength(1)
    expect(text).toContain('aria-label="The last 4 buckets: from 10 to 20; 1 firing, 1 unknown"')
  })

  it.each([[[]], [[point(null, 'unknown')]], [[point(7)]], [[point(7), point(7)]]])(
    'draws no nonsense of %j',
    (points) => {
      expect(sparkline(points).text).not.toMatch(/NaN|Infinity/)
    },
  )
})

describe('html', () => {
  it('escapes in attributes as in text, and lists too', () => {
    expect(html`<p title="${hostile}">${[hostile, 1]}</p>`.text.match(/<script|"'/g)).toBeNull()
  })
})
