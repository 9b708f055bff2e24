import { describe, expect, it } from 'vitest'
import { figure, isMet, median, percentile } from '../../bench/figures.ts'
import { machineText } from '../../bench/machine.ts'
import { usageOf } from '../../bench/processes.ts'
import { tableOf } from '../../bench/table.ts'

describe('percentile', () => {
  const hundred = Array.from({ length: 100 }, (_, index) => 100 - index)

  it.each([
    [50, 50],
    [99, 99],
    [100, 100],
    [0, 1],
  ])('%i of 1 to 100 is %i, by the nearest rank', (percent, expected) => {
    expect(percentile(hundred, percent)).toBe(expected)
  })

  it('is always a sample, and that of one sample is the sample', () => {
    expect(percentile([7], 99)).toBe(7)
    expect(median([3, 1, 10, 2])).toBe(2)
  })

  it('of nothing is refused', () => {
    expect(() => percentile([], 50)).toThrow(RangeError)
  })
})

describe('a target', () => {
  it('is met on its own side, the bound included', () => {
    const [most, least] = [{ atMost: 60 }, { atLeast: 2_000 }]
    expect([59, 60, 61].map((value) => isMet(figure('page', value, 'ms', most)))).toEqual([true, true, false])
    expect([1_999, 2_000].map((value) => isMet(figure('rate', value, '/s', least)))).toEqual([false, true])
  })

  it('is neither met nor missed where nothing was measured, or nothing is aimed at', () => {
    expect(isMet(figure('memory', null, 'MiB', { atMost: 900 }))).toBeUndefined()
    expect(isMet(figure('fastest', 3, 'ms'))).toBeUndefined()
  })
})

describe('a table', () => {
  it('has the target beside each figure, and says whether it was met', () => {
    const figures = [
      figure('page received, p50', 41.26, 'ms', { atMost: 60 }),
      figure('accepted', 1_234.5, '/s', { atLeast: 2_000 }),
      figure('memory', null, 'MiB', { atMost: 900 }),
      figure('workflows', 2),
    ]
    expect(tableOf({ name: 'all', title: 'everything', figures }).split('\n')).toEqual([
      'all: everything',
      '                               measured  target',
      '  page received, p50            41.3 ms  ≤ 60 ms     met',
      '  accepted                     1,235 /s  ≥ 2,000 /s  MISSED',
      '  memory              not measured here  ≤ 900 MiB',
      '  workflows                           2',
    ])
  })

  it('stands below the machine that it was measured on', () => {
    const machine = {
      measuredAt: '2026-03-01T03:00:00.000Z',
      processor: 'A processor',
      cores: 2,
      memoryBytes: 4 * 2 ** 30,
      system: 'linux 6.1',
      node: 'v24.0.0',
      loadBefore: 0.25,
    }
    expect(machineText(machine)).toBe(
      '2026-03-01T03:00:00.000Z, 2 cores of A processor, 4.0 GiB, linux 6.1, Node v24.0.0; load average before: 0.25',
    )
  })
})

describe('what a process uses', () => {
  it('is more than nothing for the one that asks, where the system tells', async () => {
    const usage = await usageOf(process.pid)
    if (process.platform === 'linux') expect(usage?.residentBytes).toBeGreaterThan(2 ** 20)
    else expect(usage).toBeUndefined()
  })
})
