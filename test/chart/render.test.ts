import { createHash } from 'node:crypto'
import { Resvg } from '@resvg/resvg-js'
import { describe, expect, it } from 'vitest'
import { renderPng, renderSvg, renderWords } from '../../src/chart/render.ts'
import type { ChartModel } from '../../src/domain/chart/chart.ts'

const model: ChartModel = {
  title: 'Likes on iOS',
  description: 'Likes fell',
  scale: { divisor: 1, prefix: '', unit: '', own: '' },
  timeZone: 'Europe/Berlin',
  from: '2026-11-24T02:00:00Z',
  bucketMs: 900_000,
  lines: [
    { kind: 'week-ago', label: 'week ago', values: [500, 510, 520, 510, 500] },
    { kind: 'yesterday', label: 'yesterday', values: [480, 490, null, 470, 480] },
    { kind: 'today', label: 'today', values: [470, 480, 12, 20] },
  ],
  limits: [],
  firing: [{ from: '2026-11-24T02:30:00Z', to: '2026-11-24T03:00:00Z' }],
  markers: [
    { kind: 'start', at: '2026-11-24T02:30:00Z', label: 'began' },
    { kind: 'act', at: '2026-11-24T02:40:00Z', label: 'cache_invalidation' },
    { kind: 'end', at: '2026-11-24T03:00:00Z', label: 'clear' },
  ],
}

function pixels(svg: string, withFonts: boolean): string {
  const png = withFonts
    ? renderPng(model)
    : new Resvg(svg, { font: { loadSystemFonts: false } }).render().asPng()
  return createHash('sha256').update(png).digest('hex')
}

function pathsOf(svg: string): string[] {
  return [...svg.matchAll(/<path d="([^"]*)"/g)].map(([, path]) => path ?? '')
}

describe('a chart', () => {
  const svg = renderSvg(model, 'wide')

  it('is a PNG of 800 by 400', () => {
    const png = renderPng(model)
    expect([...png.subarray(0, 8)]).toEqual([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
    const view = new DataView(png.buffer, png.byteOffset)
    expect([view.getUint32(16), view.getUint32(20)]).toEqual([800, 400])
  })

  it('draws its text: without a font the renderer leaves it out and says nothing', () => {
    expect(pixels(svg, true)).not.toBe(pixels(svg, false))
    const untitled = renderPng({ ...model, title: '' })
    expect(Buffer.from(untitled).equals(Buffer.from(renderPng(model)))).toBe(false)
  })

  it('is told to those who cannot see it', () => {
    expect(svg).toContain('role="img" aria-labelledby="chart-title chart-description"')
    expect(svg).toContain('<title id="chart-title">Likes on iOS</title>')
    expect(svg).toContain('<desc id="chart-description">Likes fell</desc>')
  })

  it('leaves a gap where nothing is known, and draws no line to 0', () => {
    const [weekAgo, yesterday, today] = pathsOf(svg)
    expect(weekAgo?.match(/M/g)).toHaveLength(1)
    expect(yesterday?.match(/M/g)).toHaveLength(2)
    expect(today?.match(/[ML]/g)).toHaveLength(4)
  })

  it('draws a value alone between gaps as a dot', () => {
    const alone = renderSvg(
      { ...model, lines: [{ kind: 'today', label: 'today', values: [null, 5, null] }] },
      'wide',
    )
    expect(pathsOf(alone)[0]).toMatch(/^M[\d.]+ [\d.]+ h0\.01$/)
  })

  it('marks beginning, acts and end at the local time, with sign and words', () => {
    for (const words of ['began 03:30 ▼', '◆ cache_invalidation 03:40', '■ clear 04:00'])
      expect(svg).toContain(`>${words}</text>`)
    expect(svg).toContain('>24 Nov, CET (Europe/Berlin)</text>')
  })

  it('keeps the sign of an act on its line, with the words to the left where the right has no room', () => {
    const late = { kind: 'act' as const, at: '2026-11-24T03:14:00Z', label: 'cache_invalidation' }
    const drawn = renderSvg({ ...model, markers: [late] }, 'wide')
    expect(drawn).toMatch(/text-anchor="end"[^>]*>cache_invalidation 04:14 ◆<\/text>/)
  })

  it('tells lines apart without colour: by dashes, thickness and names at their ends', () => {
    const dashes = [...svg.matchAll(/<path [^>]*>/g)].map(
      ([path]) => /stroke-dasharray="([^"]*)"/.exec(path)?.[1],
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
    const told: ChartModel = {
      ...model,
      title: hostile,
      description: hostile,
      markers: [{ kind: 'act', at: '2026-11-24T02:40:00Z', label: hostile }],
    }
    expect(renderSvg(told, 'wide')).not.toContain('<script')
    expect(renderPng(told).length).toBeGreaterThan(1_000)
  })

  it.each([
    ['without lines', { ...model, lines: [] }],
    ['without lines and markers', { ...model, lines: [], markers: [] }],
    ['of unknown values', { ...model, lines: [{ kind: 'today', label: 'today', values: [null, null] }] }],
  ] as const)('%s says that nothing was measured', (_, empty) => {
    const drawn = renderSvg(empty, 'wide')
    expect(drawn).toContain('No samples in this time')
    expect(drawn).not.toContain('NaN')
  })

  it('of a crowd of acts keeps every line and only the words that have room', () => {
    const acts = Array.from({ length: 30 }, (_, index) => ({
      kind: 'act' as const,
      at: new Date(Date.parse(model.from) + index * 60_000).toISOString(),
      label: `act ${index}`,
    }))
    const crowded = renderSvg({ ...model, markers: acts }, 'wide')
    expect(crowded.match(/stroke="#5b3a8c"/g)).toHaveLength(30)
    expect(crowded.match(/◆/g)?.length).toBeLessThan(10)
  })
})

describe('N34: a chart shows what its rule looked at', () => {
  const threshold: ChartModel = {
    ...model,
    unit: 'ms',
    scale: { divisor: 1, prefix: '', unit: 'ms', own: 'ms' },
    lines: [{ kind: 'today', label: 'measured', values: [470, 480, 620, 610] }],
    limits: [
      { kind: 'fires', label: 'fires above 600 ms', values: 600 },
      { kind: 'clears', label: 'clears at 500 ms or below', values: 500 },
    ],
  }

  it.each(['wide', 'narrow'] as const)(
    'a threshold, and where it clears, each a line with its words (%s)',
    (size) => {
      const svg = renderSvg(threshold, size)
      const limits = [
        ...svg.matchAll(/<path d="M([\d.]+) ([\d.]+) L([\d.]+) ([\d.]+)"[^>]*data-limit="(\w+)"/g),
      ]
      expect(limits.map(([, , , , , kind]) => kind)).toEqual(['fires', 'clears'])
      for (const [, , y1, , y2] of limits) expect(y1).toBe(y2)
      expect(svg).toContain('>fires above 600 ms</text>')
      expect(svg).toContain('>clears at 500 ms or below</text>')
      expect(svg).not.toMatch(/>(yesterday|week ago)</)
    },
  )

  it('the unit at every number of the axis and of the lines', () => {
    const svg = renderSvg(threshold, 'wide')
    for (const words of ['0 ms', '200 ms', '600 ms', '610 ms']) expect(svg).toContain(`>${words}</text>`)
  })

  it('a long unit once, behind the title', () => {
    const unit = 'requests per second'
    const svg = renderSvg({ ...threshold, unit, scale: { ...threshold.scale, unit } }, 'wide')
    expect(svg).toContain('>Likes on iOS, requests per second</text>')
    expect(svg).toContain('>200</text>')
  })

  it('the stretch in which it fired, and the last sample before a gap', () => {
    const gap = { from: '2026-11-24T02:30:00Z', to: '2026-11-24T03:00:00Z' }
    const values = [5, 6, null, null]
    const lines = [{ kind: 'today' as const, label: 'rows', values }]
    const marker = { kind: 'last-sample' as const, at: gap.from, label: 'last sample' }
    const svg = renderSvg({ ...model, lines, firing: [gap], gap, markers: [marker] }, 'wide')
    expect(svg).toMatch(/<rect [^>]*class="f-firing"/)
    expect(svg).toMatch(/<rect [^>]*class="f-gap"/)
    expect(svg).toMatch(/<circle /)
    expect(svg).toContain('last sample 03:30')
  })

  it('values far from 0 and near to each other are told apart', () => {
    const values = [99.9, 99.8, 99.2, 99.85]
    const svg = renderSvg(
      { ...threshold, lines: [{ kind: 'today', label: 'measured', values }], limits: [] },
      'wide',
    )
    expect(svg).toContain('>99.2 ms</text>')
    expect(svg).not.toContain('>0 ms</text>')
  })

  it('the zone of its clock, always', () => {
    for (const size of ['wide', 'narrow'] as const)
      expect(renderSvg({ ...model, timeZone: 'Asia/Kolkata' }, size)).toContain(
        '>24 Nov, UTC+5:30 (Asia/Kolkata)</text>',
      )
  })
})

describe('N34: a chart is dark where the reader prefers it', () => {
  const svg = renderSvg(model, 'wide')
  const dark = /@media \(prefers-color-scheme:dark\)\{(.*?)\}<\/style>/s.exec(svg)?.[1] ?? ''
  const darkOf = (name: string) => new RegExp(`\\.f-${name}\\{fill:(#[\\da-f]{6})\\}`).exec(dark)?.[1] ?? ''

  it('and a message has a light one, whatever renders it', () => {
    expect(dark).not.toBe('')
    expect(svg).toContain('color-scheme:light dark')
    expect(renderWords('Nothing', 'message')).not.toContain('<style')
  })

  it.each([
    ['ink', 7],
    ['quiet', 4.5],
    ['fires', 4.5],
    ['clears', 4.5],
    ['act', 4.5],
    ['today', 4.5],
    ['yesterday', 3],
    ['week-ago', 3],
  ])('%s has a contrast of %d to the ground, light and dark', (name, least) => {
    const light = new RegExp(`class="[^"]*[fs]-${name}[ "][^>]*?(?:fill|stroke)="(#[\\da-f]{6})"`).exec(
      renderSvg(
        {
          ...model,
          limits: [
            { kind: 'fires', label: 'f', values: 5 },
            { kind: 'clears', label: 'c', values: 5 },
          ],
        },
        'wide',
      ),
    )?.[1]
    expect(contrast(light ?? '', '#ffffff')).toBeGreaterThanOrEqual(least)
    expect(contrast(darkOf(name), darkOf('ground'))).toBeGreaterThanOrEqual(least)
    // Words and lines stand on the shade of the firing stretch too.
    expect(contrast(darkOf(name), darkOf('firing'))).toBeGreaterThanOrEqual(3)
  })
})

/** https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio */
function contrast(a: string, b: string): number {
  const [light = 0, dark = 0] = [a, b].map(luminance).toSorted((one, other) => other - one)
  return (light + 0.05) / (dark + 0.05)
}

function luminance(color: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(color.slice(at, at + 2), 16) / 255
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}
