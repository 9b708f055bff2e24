import { figure, percentile, type Report } from './figures.ts'
import { alertOf, type Installation, pagers, patienceMs, settled, withInstallation } from './installation.ts'
import { measureBareWay } from './bare-way.ts'
import { usageOf } from './processes.ts'

/** The auditor of paging comes once a minute, so that the time holds one of its audits. */
const idleMs = 60_000
/** Between two alerts, so that each finds a system at rest. */
const pauseMs = 500
/** What a start and the last incidents leave to be done is over by then. */
const settlingMs = 20_000
const medianTarget = { atMost: 15 }
const idleTarget = { atMost: 3 }

/** Single alerts, one after the other, each of which opens an incident of its own and pages one of many people. */
export async function benchPage(alerts: number, tell: (line: string) => void): Promise<Report> {
  return withInstallation(async (installation) => {
    const { databaseUrl, processes } = await installation.up.run()
    tell(`at rest for ${(settlingMs + idleMs) / 1000} s`)
    await settled(settlingMs)
    const idle = await idlePercent(installation)
    const ordinary = await series(installation, { from: 1, alerts }, tell)
    tell(`at rest for ${(2 * settlingMs + idleMs) / 1000} s with ${alerts} incidents open`)
    await settled(2 * settlingMs)
    const idleWithIncidents = await idlePercent(installation)
    tell('the bare way, for comparison')
    const bare = await measureBareWay(databaseUrl, Math.ceil(alerts / 2))
    tell('the same with Temporal stopped')
    const stopped = await withStopped(processes['temporal'], () =>
      series(installation, { from: alerts + 1, alerts: Math.ceil(alerts / 2) }, tell),
    )
    const [answeredMs, pagedMs] = [ordinary.answered, ordinary.paged].map((times) => percentile(times, 50))
    return {
      name: 'page',
      title: `webhook alert in → page received, ${alerts} alerts one by one on an idle system, durable`,
      figures: [
        figure('page received, p50', percentile(ordinary.paged, 50), 'ms', medianTarget),
        figure('page received, p99', percentile(ordinary.paged, 99), 'ms', { atMost: 60 }),
        figure('fastest', Math.min(...ordinary.paged), 'ms'),
        figure('of which until the sender had its 202, p50', percentile(ordinary.answered, 50), 'ms'),
        figure('page by its own 202', (pagedMs ?? Number.NaN) / (answeredMs ?? Number.NaN), '×', {
          atMost: 4,
        }),
        figure('with Temporal stopped, p50', percentile(stopped.paged, 50), 'ms', medianTarget),
        figure('with Temporal stopped, p99', percentile(stopped.paged, 99), 'ms', { atMost: 60 }),
        figure('the bare way on this machine until its 202, p50', bare.answeredMs, 'ms'),
        figure('the bare way on this machine until its page, p50', bare.pagedMs, 'ms'),
        figure('processor at rest, all processes', idle, '% of a core', idleTarget),
        figure(`… with ${alerts} open incidents`, idleWithIncidents, '% of a core', idleTarget),
      ],
    }
  })
}

async function series(
  installation: Installation,
  { from, alerts }: { readonly from: number; readonly alerts: number },
  tell: (line: string) => void,
) {
  const answered: number[] = []
  const paged: number[] = []
  for (let done = 1; done <= alerts; done++) {
    const { answerMs, pageMs } = await once(installation, from + done - 1)
    answered.push(answerMs)
    paged.push(pageMs)
    if (done % 20 === 0) tell(`${done} of ${alerts} alerts`)
    await settled(pauseMs)
  }
  return { answered, paged }
}

/** The process hangs meanwhile, which is worse than one that refuses. */
async function withStopped<Result>(pid: number | undefined, work: () => Promise<Result>): Promise<Result> {
  if (pid === undefined) throw new Error('run.json names no process of Temporal')
  process.kill(pid, 'SIGSTOP')
  try {
    return await work()
  } finally {
    process.kill(pid, 'SIGCONT')
  }
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
