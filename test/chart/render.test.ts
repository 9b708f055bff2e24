import { createHash } from 'node:crypto'
import { Resvg } from '@resvg/resvg-js'
import { describe, expect, it } from 'vitest'
import { renderChart, renderSvg } from '../../src/chart/render.ts'
import type { ChartModel } from '../../src/domain/chart/chart.ts'

const model: ChartModel = {
  title: 'Likes (os iOS)',
  description: 'Likes fell',
  timeZone: 'Europe/Berlin',
  from: '2026-11-24T02:00:00Z',
  bucketMs: 900_000,
  lines: [
    { kind: 'week-ago', label: 'week ago', values: [500, 510, 520, 510, 500] },
    { kind: 'yesterday', label: 'yesterday', values: [480, 490, null, 470, 480] },
    { kind: 'today', label: 'today', values: [470, 480, 12, 20] },
  ],
  markers: [
    { kind: 'start', at: '2026-11-24T02:30:00Z', label: 'began' },
    { kind: 'act', at: '2026-11-24T02:40:00Z', label: 'cache_invalidation' },
    { kind: 'end', at: '2026-11-24T03:00:00Z', label: 'clear' },
  ],
}

function pixels(svg: string, withFonts: boolean): string {
  const png = withFonts
    ? renderChart({ ...model }).png
    : new Resvg(svg, { font: { loadSystemFonts: false } }).render().asPng()
  return createHash('sha256').update(png).digest('hex')
}

function pathsOf(svg: string): string[] {
  return [...svg.matchAll(/<path d="([^"]*)"/g)].map(([, path]) => path ?? '')
}

describe('a chart', () => {
  const svg = renderSvg(model)

  it('is a PNG of 800 by 400', () => {
    const { png } = renderChart(model)
    expect([...png.subarray(0, 8)]).toEqual([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
    const view = new DataView(png.buffer, png.byteOffset)
    expect([view.getUint32(16), view.getUint32(20)]).toEqual([800, 400])
  })

  it('draws its text: without a font the renderer leaves it out and says nothing', () => {
    expect(pixels(svg, true)).not.toBe(pixels(svg, false))
    const untitled = renderChart({ ...model, title: '' }).png
    expect(Buffer.from(untitled).equals(Buffer.from(renderChart(model).png))).toBe(false)
  })

  it('is told to those who cannot see it', () => {
    expect(svg).toContain('role="img" aria-labelledby="chart-title chart-description"')
    expect(svg).toContain('<title id="chart-title">Likes (os iOS)</title>')
    expect(svg).toContain('<desc id="chart-description">Likes fell</desc>')
  })

  it('leaves a gap where nothing is known, and draws no line to 0', () => {
    const [weekAgo, yesterday, today] = pathsOf(svg)
    expect(weekAgo?.match(/M/g)).toHaveLength(1)
    expect(yesterday?.match(/M/g)).toHaveLength(2)
    expect(today?.match(/[ML]/g)).toHaveLength(4)
  })

  it('draws a value alone between gaps as a dot', () => {
    const alone = renderSvg({ ...model, lines: [{ kind: 'today', label: 'today', values: [null, 5, null] }] })
    expect(pathsOf(alone)[0]).toMatch(/^M[\d.]+ [\d.]+ h0\.01$/)
  })

  it('marks beginning, acts and end at the local time, with sign and words', () => {
    for (const words of ['began 03:30 ▼', '◆ cache_invalidation 03:40', '■ clear 04:00'])
      expect(svg).toContain(`>${words}</text>`)
    expect(svg).toContain('>24 Nov, CET (Europe/Berlin)</text>')
  })

  it('keeps the sign of an act on its line, with the words to the left where the right has no room', () => {
    const late = { kind: 'act' as const, at: '2026-11-24T03:14:00Z', label: 'cache_invalidation' }
    const drawn = renderSvg({ ...model, markers: [late] })
    expect(drawn).toMatch(/text-anchor="end"[^>]*>cache_invalidation 04:14 ◆<\/text>/)
  })

  it('tells lines apart without colour: by dashes, thickness and names at their ends', () => {
    const dashes = [...svg.matchAll(/<path [^>]*?(?:stroke-dasharray="([^"]*)")?\/>/g)].map(
      ([, dash]) => dash,
    )
    expect(new Set(dashes).size).toBe(3)
    for (const name of ['week ago', 'yesterday', 'today']) expect(svg).toContain(`>${name}</text>`)
  })

  it('has a value axis that begins at 0', () => {
    expect(svg).toMatch(/>0<\/text>/)
    expect(svg).toMatch(/>600<\/text>/)
  })

  it('keeps hostile text as text, and draws it', () => {
    const hostile = '</text><script>alert(1)</script>\u0000\ud800 "x" &amp;'
    const drawn = renderChart({
      ...model,
      title: hostile,
      description: hostile,
      markers: [{ kind: 'act', at: '2026-11-24T02:40:00Z', label: hostile }],
    })
    expect(drawn.svg).not.toContain('<script')
    expect(drawn.png.length).toBeGreaterThan(1_000)
  })

  it.each([
    ['without lines', { ...model, lines: [] }],
    ['without lines and markers', { ...model, lines: [], markers: [] }],
    ['of unknown values', { ...model, lines: [{ kind: 'today', label: 'today', values: [null, null] }] }],
  ] as const)('%s says that nothing was measured', (_, empty) => {
    const drawn = renderChart(empty)
    expect(drawn.svg).toContain('No measurements for this chart')
    expect(drawn.svg).not.toContain('NaN')
  })

  it('of a crowd of acts keeps every line and only the words that have room', () => {
    const acts = Array.from({ length: 30 }, (_, index) => ({
      kind: 'act' as const,
      at: new Date(Date.parse(model.from) + index * 60_000).toISOString(),
      label: `act ${index}`,
    }))
    const crowded = renderSvg({ ...model, markers: acts })
    expect(crowded.match(/stroke="#5b3a8c"/g)).toHaveLength(30)
    expect(crowded.match(/◆/g)?.length).toBeLessThan(10)
  })
})
