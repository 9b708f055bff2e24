import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { content, element, escapeXml } from '../../src/chart/svg.ts'

describe('SVG markup', () => {
  it('holds text and attribute values as text', () => {
    expect(element('text', { x: 1.23456, title: '"<&' }, content("a<b>'c"))).toBe(
      '<text x="1.23" title="&quot;&lt;&amp;">a&lt;b&gt;&#39;c</text>',
    )
    expect(element('g', {})).toBe('<g/>')
  })

  it('holds nothing that XML refuses, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const escaped = escapeXml(text)
        expect(escaped).not.toMatch(/[<>"']|&(?!amp;|lt;|gt;|quot;|#39;)/)
        expect(escaped).not.toMatch(/[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/u)
      }),
    )
  })
})
