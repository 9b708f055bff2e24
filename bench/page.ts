import { figure, percentile, type Report } from './figures.ts'
import { alertOf, type Installation, pagers, patienceMs, settled, withInstallation } from './installation.ts'
import { usageOf } from './processes.ts'

const idleMs = 20_000
/** Between two alerts, so that each finds a system at rest. */
const pauseMs = 500
const idleTarget = { atMost: 5 }

/** Single alerts, one after the other, each of which opens an incident of its own and pages one of many people. */
export async function benchPage(alerts: number, tell: (line: string) => void): Promise<Report> {
  return withInstallation(async (installation) => {
    tell(`at rest for ${idleMs / 1000} s`)
    const idle = await idlePercent(installation)
    const answered: number[] = []
    const paged: number[] = []
    for (let number = 1; number <= alerts; number++) {
      const { answerMs, pageMs } = await once(installation, number)
      answered.push(answerMs)
      paged.push(pageMs)
      if (number % 20 === 0) tell(`${number} of ${alerts} alerts`)
      await settled(pauseMs)
    }
    tell(`at rest for ${idleMs / 1000} s with ${alerts} incidents open`)
    const idleWithIncidents = await idlePercent(installation)
    return {
      name: 'page',
      title: `webhook alert in → page received, ${alerts} alerts one by one on an idle system, durable`,
      figures: [
        figure('page received, p50', percentile(paged, 50), 'ms', { atMost: 60 }),
        figure('page received, p99', percentile(paged, 99), 'ms', { atMost: 250 }),
        figure('fastest', Math.min(...paged), 'ms'),
        figure('of which until the sender had its 202, p50', percentile(answered, 50), 'ms'),
        figure('processor at rest, all processes', idle, '% of a core', idleTarget),
        figure(`… with ${alerts} open incidents`, idleWithIncidents, '% of a core', idleTarget),
      ],
    }
  })
}

async function once({ up, pager }: Installation, number: number) {
  const before = pager.pages().length
  const start = performance.now()
  await up.api('POST', '/api/v1/alerts', {
    alerts: [alertOf({ alertname: `Bench${number}`, pager: `p${number % pagers}` })],
  })
  const answerMs = performance.now() - start
  const page = await pager.untilPage(before + 1, patienceMs)
  return { answerMs, pageMs: page.at - start }
}

async function idlePercent({ up }: Installation): Promise<number | null> {
  const { pid } = await up.run()
  const [before, start] = [await usageOf(pid), performance.now()]
  await settled(idleMs)
  const after = await usageOf(pid)
  if (before === undefined || after === undefined) return null
  return (100 * (after.cpuMs - before.cpuMs)) / (performance.now() - start)
}
