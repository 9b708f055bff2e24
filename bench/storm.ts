import { figure, type Report } from './figures.ts'
import { alertOf, numberFrom, patienceMs, settled, until, withInstallation } from './installation.ts'

const groups = 20
/** The most that one request may have. */
const perRequest = 1_000
/** Pages that come after the last alert is in its incident. */
const afterwardsMs = 10_000

/** Different alerts in twenty groups, sent at the same moment. */
export async function benchStorm(alerts: number, tell: (line: string) => void): Promise<Report> {
  return withInstallation(async ({ up, pager, database }) => {
    const before = pager.pages().length
    const batches = Array.from({ length: alerts / perRequest }, (_, batch) => stormBatch(batch))
    const dispatched = () =>
      numberFrom(
        database,
        `SELECT count(*) AS n FROM incident_alerts WHERE labels->>'alertname' LIKE 'Storm%'`,
      )
    const start = performance.now()
    const since = () => performance.now() - start
    const answered = Promise.all(batches.map((one) => up.api('POST', '/api/v1/alerts', one))).then(since)
    const first = pager.untilPage(before + 1, patienceMs)
    const everywhere = until('every alert in an incident', async () => (await dispatched()) >= alerts).then(
      since,
    )
    const [answeredMs, { at }, dispatchedMs] = await Promise.all([answered, first, everywhere])
    tell(`all in their incidents; waiting until each was told of, and for whatever comes later`)
    const toldOf = () =>
      new Set(
        pager
          .pages()
          .slice(before)
          .flatMap(({ incidents }) => incidents),
      )
    await until('every incident was told of', async () => toldOf().size >= groups)
    await settled(afterwardsMs)
    const pages = pager.pages().slice(before)
    const told = toldOf()
    return {
      name: 'storm',
      title: `${alerts} different alerts in ${groups} groups at once, ${alerts / perRequest} requests`,
      figures: [
        figure('alerts lost', alerts - (await dispatched()), '', { atMost: 0 }),
        figure('first page received', at - start, 'ms', { atMost: 500 }),
        figure('last page received', Math.max(...pages.map((page) => page.at)) - start, 'ms'),
        figure('every request answered 202', answeredMs, 'ms'),
        figure('every alert in its incident', dispatchedMs, 'ms', { atMost: 3_000 }),
        figure('pages', pages.length, '', { atMost: groups }),
        figure('incidents that a page told of', told.size, '', { atLeast: groups }),
        figure('pages that name no alert', pages.filter(({ lines }) => lines.length === 0).length, '', {
          atMost: 0,
        }),
      ],
    }
  })
}

function stormBatch(batch: number): object {
  const numbers = Array.from({ length: perRequest }, (_, index) => batch * perRequest + index)
  return {
    alerts: numbers.map((number) =>
      alertOf({ alertname: `Storm${number % groups}`, instance: `node-${Math.floor(number / groups)}` }),
    ),
  }
}
