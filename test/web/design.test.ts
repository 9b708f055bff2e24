import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

const read = (name: string) => readFileSync(new URL(`../../src/web/assets/${name}`, import.meta.url), 'utf8')
const files = ['base.css', 'components.css', 'console.css']

/** Tokens by name, as they hold in each scheme. */
function tokens(): Readonly<Record<'dark' | 'light', ReadonlyMap<string, string>>> {
  const [dark = '', light = ''] = read('tokens.css').split('@media')
  const of = (text: string) =>
    [...text.matchAll(/--([\w-]+): ([^;]+);/g)].map(([, name = '', value = '']): [string, string] => [
      name,
      value,
    ])
  return { dark: new Map(of(dark)), light: new Map([...of(dark), ...of(light)]) }
}

/** Relative luminance. https://www.w3.org/TR/WCAG22/#dfn-relative-luminance */
function luminance(colour: string): number {
  const hex = colour.length === 4 ? colour.replace(/[^#]/g, '$&$&') : colour
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(hex.slice(at, at + 2), 16) / 255
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

function contrast(a: string, b: string): number {
  const [dark = 0, light = 0] = [luminance(a), luminance(b)].toSorted((x, y) => x - y)
  return (light + 0.05) / (dark + 0.05)
}

describe('N36: one design', () => {
  it.each(['dark', 'light'] as const)('can be read in %s: 4.5 for what is written, 3 for edges', (scheme) => {
    const of = (name: string) => tokens()[scheme].get(name) ?? ''
    const written = ['text', 'quiet', 'link', 'bad', 'warn', 'good'].flatMap((ink) =>
      ['ground', 'raised'].map((ground): [string, string] => [ink, ground]),
    )
    const filled: [string, string][] = [
      ['on-bad', 'bad-fill'],
      ['on-warn', 'warn-fill'],
      ['on-primary', 'primary'],
    ]
    for (const [ink, ground] of [...written, ...filled])
      expect([ink, ground, contrast(of(ink), of(ground)) >= 4.5]).toEqual([ink, ground, true])
    for (const ground of ['ground', 'raised'])
      expect(contrast(of('edge'), of(ground))).toBeGreaterThanOrEqual(3)
  })

  it.each(files)('%s has no colour, size of type or distance of its own', (name) => {
    const declarations = [...read(name).matchAll(/^\s+([\w-]+): ([^;{]+);/gm)]
    const own = declarations.filter(([, property = '', value = '']) => {
      const rest = value.replace(/var\(--[\w-]+\)/g, '')
      if (/#[0-9a-f]{3}|\b(rgb|hsl|oklch)/i.test(rest)) return true
      const isMeasured = /^(font|padding|margin|gap|border|outline|top|min-height$|line-height)/.test(
        property,
      )
      return isMeasured && /\d(rem|em|px)/.test(rest.replace(/(?<![\d.])-?1px/g, ''))
    })
    expect(own.map(([text]) => text.trim())).toEqual([])
  })

  it.each(files)('%s uses only tokens that there are', (name) => {
    const used = [...read(name).matchAll(/var\(--([\w-]+)/g)].map(([, token = '']) => token)
    expect(used.filter((token) => !tokens().dark.has(token))).toEqual([])
  })

  it('has no token that nothing uses', () => {
    const all = ['tokens.css', ...files].map(read).join('')
    expect([...tokens().dark.keys()].filter((token) => !all.includes(`var(--${token})`))).toEqual([])
  })

  it('is written down', () => {
    const docs = readFileSync(new URL('../../docs/console.md', import.meta.url), 'utf8')
    expect([...tokens().dark.keys()].filter((token) => !docs.includes(`\`--${token}\``))).toEqual([])
  })
})
