import { figure, median, type Figure, type Report } from './figures.ts'
import { alertOf, type Installation, pagers, settled, withInstallation } from './installation.ts'
import { usageOf } from './processes.ts'

/** A new incident each second; it is clear again so many seconds later, and resolved soon after. */
const firesForSeconds = 30
/** Alerts of incidents that stay open, one of which changes each second. */
const lasting = 20
const sampleEveryMs = 15_000
const mebibyte = 2 ** 20

interface Sample {
  /** Since the load began. */
  readonly ms: number
  /** Resident memory in MiB, shared pages once: of everything, and by process. */
  readonly memory: Readonly<Record<string, number>>
}

/**
 * Memory under steady load: flat, when its median over the last sixth of the time is no more than a tenth above that of the second sixth.
 * @param minutes how long; the first sixth fills caches and counts for nothing
 */
export function benchLoad(minutes: number, tell: (line: string) => void): Promise<Report> {
  return withInstallation(async (installation) => {
    const samples = await underLoad(installation, minutes * 60_000, tell)
    const sixth = (number: number) =>
      samples.filter(({ ms }) => Math.min(Math.floor((6 * ms) / (minutes * 60_000)), 5) === number)
    const [early, late] = [sixth(1), sixth(5)]
    const names = Object.keys(samples[0]?.memory ?? {})
    const change = (name: string) => [of(early, name), of(late, name)] as const
    const [before, after] = change('everything')
    return {
      name: 'load',
      title: `memory through ${minutes} minutes of a new incident each second: median of the second sixth, then of the last`,
      figures: [
        ...names.flatMap((name): Figure[] => {
          const [from, to] = change(name)
          return [figure(`${name}, early`, from, 'MiB'), figure(`${name}, late`, to, 'MiB')]
        }),
        figure('late by early', after / before, '×', { atMost: 1.1 }),
        figure('pages', installation.pager.pages().length),
      ],
    }
  })
}

function of(samples: readonly Sample[], name: string): number {
  return median(samples.map(({ memory }) => memory[name] ?? 0))
}

async function underLoad(
  installation: Installation,
  forMs: number,
  tell: (line: string) => void,
): Promise<Sample[]> {
  const begun = performance.now()
  const samples: Sample[] = []
  let nextSample = sampleEveryMs
  for (let second = 0; performance.now() - begun < forMs; second++) {
    await settled(Math.max(0, begun + second * 1_000 - performance.now()))
    await installation.up.api('POST', '/api/v1/alerts', { alerts: alertsOf(second) })
    const ms = performance.now() - begun
    if (ms < nextSample) continue
    nextSample += sampleEveryMs
    const sample = { ms, memory: await memoryOf(installation) }
    samples.push(sample)
    if (samples.length % 20 === 0) tell(`${Math.round(ms / 60_000)} min: ${textOf(sample)}`)
  }
  return samples
}

function textOf({ memory }: Sample): string {
  return Object.entries(memory)
    .map(([name, value]) => `${name} ${Math.round(value)} MiB`)
    .join(', ')
}

/** What fires, what is clear again, and one of those that last. */
function alertsOf(second: number): object[] {
  const labels = (number: number) => ({
    alertname: `Load${number}`,
    service: `service-${number % pagers}`,
    pager: `p${number % pagers}`,
  })
  const lasts = {
    alertname: `Lasting${second % lasting}`,
    service: 'lasting',
    pager: 'p0',
    host: `h${second % 400}`,
  }
  return [
    alertOf(labels(second)),
    ...(second < firesForSeconds ? [] : [alertOf(labels(second - firesForSeconds), 'resolved')]),
    alertOf(lasts),
  ]
}

async function memoryOf({ up }: Installation): Promise<Record<string, number>> {
  const { pid, processes } = await up.run()
  const parts = Object.entries({ everything: pid, ...processes })
  const measured = await Promise.all(
    parts.map(async ([name, part]): Promise<[string, number]> => {
      const usage = await usageOf(part)
      return [name, (usage?.proportionalBytes ?? usage?.residentBytes ?? 0) / mebibyte]
    }),
  )
  return Object.fromEntries(measured)
}
