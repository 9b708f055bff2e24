import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseDocument, stringify } from 'yaml'
import { validateConfiguration } from '../../src/config/load.ts'
import { readYaml } from '../../src/config/document.ts'
import { formatPath } from '../../src/config/problems.ts'
import { type Path, reach } from '../../src/config/written.ts'
import { world } from './world.ts'

function textAt(text: string, { line, column }: { line: number; column: number }): string {
  return text.split('\n')[line - 1]?.slice(column - 1) ?? ''
}

/** Every place in a value, with what stands there. */
function places(value: unknown, path: Path = []): { path: Path; value: unknown }[] {
  if (typeof value !== 'object' || value === null) return [{ path, value }]
  const children = Object.entries(value).flatMap(([key, child]) =>
    places(child, [...path, Array.isArray(value) ? Number(key) : key]),
  )
  return [{ path, value }, ...children]
}

const word = fc.stringMatching(/^[a-z]{3,8}$/)
const tree = fc.letrec((tie) => ({
  node: fc.oneof({ maxDepth: 4 }, word, tie('list'), tie('map')),
  list: fc.array(tie('node'), { minLength: 1, maxLength: 3 }),
  map: fc.dictionary(word, tie('node'), { minKeys: 1, maxKeys: 4 }),
})).map
const layout = fc.record({
  indent: fc.integer({ min: 1, max: 6 }),
  collectionStyle: fc.constantFrom('any', 'block', 'flow'),
  defaultStringType: fc.constantFrom('PLAIN', 'QUOTE_DOUBLE', 'QUOTE_SINGLE'),
  lineWidth: fc.constantFrom(0, 20, 80),
} as const)

describe('a problem', () => {
  it('points at the text it names, however the file is laid out', () => {
    fc.assert(
      fc.property(tree, layout, (value, options) => {
        const text = stringify(value, { ...options, defaultKeyType: 'PLAIN' })
        const document = readYaml('x.yaml', text)
        for (const place of places(value)) {
          const key = place.path.at(-1)
          if (typeof place.value === 'string') {
            const pointed = document.locate({ path: place.path, message: '' })
            expect(textAt(text, pointed).replace(/^["']/, '').startsWith(place.value)).toBe(true)
          }
          if (typeof key === 'string') {
            const pointed = document.locate({ path: place.path, message: '', at: 'key' })
            expect(textAt(text, pointed).startsWith(key)).toBe(true)
          }
        }
      }),
    )
  })

  it('of something that is missing points at what it is missing from', () => {
    const text = 'checks:\n  feed:\n    metrics: [likes]\n'
    const problem = readYaml('x.yaml', text).locate({ path: ['checks', 'feed', 'service'], message: '' })
    expect(textAt(text, problem)).toBe('feed:')
    expect(problem.path).toBe('checks.feed.service')
  })

  it('behind an alias points at where the text stands', () => {
    const text = 'a: &list [one, two]\nb: *list\n'
    expect(textAt(text, readYaml('x.yaml', text).locate({ path: ['b', 1], message: '' }))).toBe('two]')
  })

  it('is told of aliases that multiply, instead of following them', () => {
    const lines = Array.from(
      { length: 12 },
      (_, n) => `a${n + 1}: &a${n + 1} [${Array(12).fill(`*a${n}`).join(', ')}]`,
    )
    const { value, problems } = readYaml('x.yaml', ['a0: &a0 [x]', ...lines].join('\n'))
    expect(value).toBeUndefined()
    expect(problems).toMatchObject([
      { message: expect.stringMatching(/what aliases .* more than 1000 entries/) },
    ])
  })
})

/** Every kind of place in the demo's configuration where a name must be one that something has. */
const namesInTheDemo = [
  'services.*.owner',
  'metrics.*.source',
  'metrics.*.responsible.*',
  'slices.*.responsible.*',
  'checks.*.service',
  'checks.*.metrics.*',
  'checks.*.slices.*',
  'policies.*.steps.*.notify.*',
  'policies.*.fallback.*',
  'routes.*.policies.*',
  'targets.*.service',
]

describe('a wrong name anywhere in the configuration of the demo', async () => {
  const path = fileURLToPath(new URL('../../examples/feed/firewatch.yaml', import.meta.url))
  const demo = await readFile(path, 'utf8')

  it.each(namesInTheDemo)('is found where it stands: %s', async (pattern) => {
    const found = reach(parseDocument(demo).toJS(), pattern)
    expect(found).not.toHaveLength(0)
    for (const { path: place } of found) {
      const document = parseDocument(demo)
      document.setIn(place, 'nobody-has-this')
      document.delete('runbooks')
      const text = document.toString({ lineWidth: 0 })
      const folder = await world({ 'firewatch.yaml': text })
      const { problems } = await validateConfiguration(`${folder}/firewatch.yaml`)
      const problem = problems.find((one) => one.path === formatPath(place))
      expect(problem?.message).toMatch(/^no [a-z ]+ "nobody-has-this"/)
      expect(textAt(text, problem ?? { line: 0, column: 0 })).toMatch(/^nobody-has-this/)
    }
  })
})

describe('paths', () => {
  it.each([
    [['checks', 'feed-activity', 'metrics', 2], 'checks.feed-activity.metrics[2]'],
    [['routes', 0, 'match', 'a.b'], 'routes[0].match["a.b"]'],
    [[], ''],
  ] as const)('%j is written %s', (path, written) => {
    expect(formatPath(path)).toBe(written)
  })
})
