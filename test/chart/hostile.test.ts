import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { layouts } from '../../src/chart/layout.ts'
import { renderPng, renderSvg, renderWords } from '../../src/chart/render.ts'
import { chartModel, type ChartData, type ChartModel } from '../../src/domain/chart/chart.ts'

const sizes = ['wide', 'narrow'] as const
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc.constantFrom('', ']]>', '</svg>', '🙂🙂', 'مرحبا بالعالم', '‮evil', 'x'.repeat(5_000), '\u0000\ud800'),
)
const value = fc.oneof(
  fc.constant(null),
  fc.double(),
  fc.constantFrom(
    0,
    1e18,
    -1e18,
    1e-9,
    5e-324,
    Number.MAX_VALUE,
    -Number.MAX_VALUE,
    Number.NaN,
    Number.POSITIVE_INFINITY,
  ),
  fc.integer({ min: 0, max: 500 }),
)
const values = fc.array(value, { maxLength: 60 })
const number = fc.double({ noNaN: true, noDefaultInfinity: true })
const instant = fc
  .integer({ min: Date.UTC(2025, 0), max: Date.UTC(2027, 0) })
  .map((at) => new Date(at).toISOString())
const rule = fc.oneof(
  fc.record({
    kind: fc.constant('same-time' as const),
    threshold: fc.double({ min: 0.01, max: 1, noNaN: true }),
  }),
  fc.record({
    kind: fc.constant('threshold' as const),
    op: fc.constantFrom('>', '>=', '<', '<='),
    value: number,
    clear: number,
  }),
  fc.record({ kind: fc.constant('silence' as const), silentAfterMs: fc.constant(600_000) }),
)

const data: fc.Arbitrary<ChartData> = fc.record(
  {
    title: text,
    unit: fc.oneof(
      text.map((unit) => unit.slice(0, 20)),
      fc.constantFrom('%', 'ms', 'B', '/min', 'MiB/s'),
    ),
    rule,
    from: instant,
    bucketMs: fc.constantFrom(1_000, 60_000, 900_000, 86_400_000, 6 * 86_400_000),
    today: values,
    yesterday: values,
    weekAgo: values,
    firing: fc.array(fc.record({ from: instant, to: instant }), { maxLength: 5 }),
  },
  { requiredKeys: ['title', 'from', 'bucketMs', 'today', 'yesterday', 'weekAgo'] },
)

const model: fc.Arbitrary<ChartModel> = fc
  .record({
    data,
    startedAt: instant,
    mitigatedAt: fc.option(instant),
    attempts: fc.array(fc.record({ action: text, actedAt: fc.option(instant) }), { maxLength: 6 }),
    timeZone: fc.constantFrom(
      'UTC',
      'Europe/Berlin',
      'America/St_Johns',
      'Pacific/Apia',
      'Australia/Lord_Howe',
    ),
  })
  .map(({ startedAt, mitigatedAt, ...of }) => chartModel({ ...of, incident: { startedAt, mitigatedAt } }))

/** Numbers of attributes that place something. */
function places(svg: string): { readonly x: number[]; readonly y: number[] } {
  const drawn = svg.replace(/^<svg[^>]*>/, '')
  const attribute = (names: string) =>
    [...drawn.matchAll(new RegExp(` (?:${names})="([^"]*)"`, 'g'))].map(([, number]) => Number(number))
  const points = [...drawn.matchAll(/ d="([^"]*)"/g)].flatMap(([, path = '']) =>
    [...path.matchAll(/[ML](\S+) (\S+)/g)].map(([, x, y]) => [Number(x), Number(y)] as const),
  )
  return {
    x: [...attribute('x|x1|x2|cx'), ...points.map(([x]) => x)],
    y: [...attribute('y|y1|y2|cy'), ...points.map(([, y]) => y)],
  }
}

/** As strict as XML is: every element is closed, in order, and nothing else holds `<` or a stray `&`. */
function expectWellFormed(svg: string): void {
  const open: string[] = []
  const rest = svg.replace(
    /<(\/?)([a-z]+)((?: [a-zA-Z0-9:-]+="[^"<]*")*)(\/?)>/g,
    (_, isEnd: string, name: string, __, isEmpty: string) => {
      if (isEnd === '/') expect(open.pop()).toBe(name)
      else if (isEmpty === '') open.push(name)
      return ''
    },
  )
  expect(open).toEqual([])
  expect(rest).not.toMatch(/[<]|&(?!amp;|lt;|gt;|quot;|#39;)/)
  expect(svg).not.toMatch(/[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/u)
}

describe('N34: whatever was measured and however it is called', () => {
  it('the chart is well-formed, has no NaN, and everything lies in it', () => {
    fc.assert(
      fc.property(model, fc.constantFrom(...sizes), (of, size) => {
        const svg = renderSvg(of, size)
        expectWellFormed(svg)
        expect(svg.replace(/<(title|desc|text)[^>]*>[^<]*/g, '')).not.toMatch(/NaN|Infinity|undefined/)
        const { x, y } = places(svg)
        const { width } = layouts[size]
        const height = Number(/^<svg[^>]* height="([\d.]+)"/.exec(svg)?.[1])
        for (const at of x) expect(at >= 0 && at <= width).toBe(true)
        for (const at of y) expect(at >= 0 && at <= height).toBe(true)
      }),
      { numRuns: 300 },
    )
  })

  it('every point of a line lies in the plot', () => {
    fc.assert(
      fc.property(model, fc.constantFrom(...sizes), (of, size) => {
        const svg = renderSvg(of, size)
        const { bottom, right } = layouts[size].plot
        const paths = [...svg.matchAll(/<path d="([^"]*)"/g)].flatMap(([, path = '']) => [
          ...path.matchAll(/[ML](\S+) (\S+)/g),
        ])
        for (const [, x, y] of paths) {
          expect(Number(x)).toBeLessThanOrEqual(right)
          expect(Number(y)).toBeLessThanOrEqual(bottom)
        }
      }),
      { numRuns: 200 },
    )
  })

  it('it can be drawn as a picture', () => {
    fc.assert(
      fc.property(model, (of) => {
        expect(renderPng(of).length).toBeGreaterThan(1_000)
      }),
      { numRuns: 15 },
    )
  })

  it('words in its place are well-formed too', () => {
    fc.assert(
      fc.property(text, fc.constantFrom(...sizes), (words, size) =>
        expectWellFormed(renderWords(words, size)),
      ),
    )
  })

  it('10,000 points and a range of a year are drawn', () => {
    const today = Array.from({ length: 10_000 }, (_, index) => Math.sin(index / 50) * 4e6)
    const of = chartModel({
      data: {
        title: 'A year',
        rule: { kind: 'threshold', op: '>', value: 9e5 },
        from: '2025-11-24T00:00:00.000Z',
        bucketMs: Math.floor((365 * 86_400_000) / 10_000),
        today,
        yesterday: [],
        weekAgo: [],
      },
      timeZone: 'Europe/Berlin',
    })
    const svg = renderSvg(of, 'wide')
    expect(svg).toContain('24 Nov 2025 – 24 Nov 2026, Europe/Berlin')
    expect(svg).toContain('>2M</text>')
    expectWellFormed(svg)
  })
})
