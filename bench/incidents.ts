import { figure, type Report } from './figures.ts'
import { alertOf, pagers, until, type Installation, withInstallation } from './installation.ts'
import type { ArrivedPage } from './pager.ts'
import { usageOf } from './processes.ts'

/** Alerts come in over this time, evenly. */
const arrivalMs = 10_000
const perRequest = 20
/** A development server of Temporal starts about twenty of such workflows a second. */
const patienceMs = 600_000

/** Many incidents at once, spread over people: everybody hears of each of theirs, once. */
export async function benchIncidents(incidents: number, tell: (line: string) => void): Promise<Report> {
  return withInstallation(async (installation) => {
    const { up, pager } = installation
    const before = pager.pages().length
    const { pid } = await up.run()
    const [usageBefore, start] = [await usageOf(pid), performance.now()]
    const arrivals = await send(installation, incidents)
    const sentMs = performance.now() - start
    tell(`${incidents} alerts sent in ${Math.round(sentMs)} ms`)
    const pages = () => pager.pages().slice(before)
    const told = () =>
      pages().flatMap((page) => page.incidents.map((incident) => `${page.person} ${incident}`))
    await until('every incident was told of', async () => new Set(told()).size >= incidents, 500, patienceMs)
    const usage = await usageOf(pid)
    const cpuMs = usage === undefined || usageBefore === undefined ? null : usage.cpuMs - usageBefore.cpuMs
    const messages = pages()
    const first = Math.min(...messages.map(({ at }) => at)) - start
    const slowestMs = Math.max(...lagsOf(messages, arrivals))
    return {
      name: 'incidents',
      title: `${incidents} incidents whose alerts arrive within ${arrivalMs / 1000} s, for ${pagers} people`,
      figures: [
        figure('incidents that somebody heard of', new Set(told()).size, '', { atLeast: incidents }),
        figure('told twice', told().length - new Set(told()).size, '', { atMost: 0 }),
        figure('first message', first, 'ms', { atMost: 1_000 }),
        figure('an incident told of after its alert, at the latest', slowestMs / 1000, 's', { atMost: 3 }),
        figure('messages', messages.length),
        figure('most messages to one person', mostTo(messages.map(({ person }) => person))),
        figure('processor time of everything', cpuMs === null ? null : cpuMs / 1000, 's'),
        figure('memory of everything, shared pages once', mebibytes(usage?.proportionalBytes ?? null), 'MiB'),
      ],
    }
  })
}

/** When each alert was sent, in their order. */
async function send({ up }: Installation, incidents: number): Promise<number[]> {
  const start = performance.now()
  const requests: Promise<unknown>[] = []
  const arrivals: number[] = []
  for (let from = 0; from < incidents; from += perRequest) {
    const due = start + (arrivalMs * from) / incidents
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, due - performance.now())))
    const alerts = alertsFrom(from, Math.min(from + perRequest, incidents))
    arrivals.push(...alerts.map(() => performance.now()))
    requests.push(up.api('POST', '/api/v1/alerts', { alerts }))
  }
  await Promise.all(requests)
  return arrivals
}

/** Milliseconds from the n-th alert to the n-th incident that somebody was told of, which is no more than that of any one of them. */
function lagsOf(messages: readonly ArrivedPage[], arrivals: readonly number[]): number[] {
  const told = messages.flatMap(({ at, incidents }) => incidents.map(() => at)).toSorted((a, b) => a - b)
  return arrivals.map((arrival, index) => (told[index] ?? Number.POSITIVE_INFINITY) - arrival)
}

function alertsFrom(from: number, to: number): object[] {
  return Array.from({ length: to - from }, (_, index) => {
    const number = from + index
    return alertOf({
      alertname: `Incident${number}`,
      service: `service-${number % pagers}`,
      pager: `p${number % pagers}`,
    })
  })
}

function mostTo(people: readonly string[]): number {
  const counts = new Map<string, number>()
  for (const person of people) counts.set(person, (counts.get(person) ?? 0) + 1)
  return Math.max(...counts.values())
}

function mebibytes(bytes: number | null): number | null {
  return bytes === null ? null : bytes / 2 ** 20
}
