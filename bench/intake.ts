import { existsSync } from 'node:fs'
import { Pool } from 'undici'
import { type MeasuredAlertmanager, nameOf, startMeasuredAlertmanager } from './alertmanager.ts'
import { figure, median, percentile, type Figure, type Report } from './figures.ts'
import {
  type Installation,
  numberFrom,
  patienceMs,
  settled,
  until,
  withInstallation,
} from './installation.ts'

/** Senders that each wait for their answer before they send again. */
const senders = 64
/** Alerts meet in so many groups. */
const groups = 20
/** What Alertmanager's own example waits for more alerts of a group. Source: prometheus/alertmanager, examples/ha/alertmanager.yml */
const exampleGroupWaitMs = 10_000

export interface IntakeSizes {
  /** Alerts for each size of requests. */
  readonly accepted: Readonly<Record<1 | 64 | 1_000, number>>
  /** Alerts that are sent one by one, and waited for. */
  readonly paged: number
  readonly storm: number
}

/** The same alerts by the same client to Alertmanager's API here and of Debian's Alertmanager, in turns. */
export async function benchIntake(sizes: IntakeSizes, tell: (line: string) => void): Promise<Report> {
  if (!existsSync('/usr/bin/prometheus-alertmanager'))
    throw new Error("this benchmark runs beside Debian's package prometheus-alertmanager: install it first")
  return withInstallation(async (installation) => {
    const theirs = await startMeasuredAlertmanager('0s')
    try {
      const ours = await ourSide(installation)
      return {
        name: 'intake',
        title: `Alertmanager's API v2, ${senders} senders, here (each alert committed before its 200) and of Debian's Alertmanager (kept in memory)`,
        figures: [
          ...(await acceptRates([ours, sideOf(theirs)], installation, sizes, tell)),
          ...(await pagedAfter(ours, installation, theirs, sizes.paged, tell)),
          ...(await storm(ours, installation, sizes.storm, tell)),
          ...(await killed(ours, installation, tell)),
        ],
      }
    } finally {
      await theirs.stop()
    }
  })
}

/** A server that takes alerts by Alertmanager's API. */
interface Side {
  readonly url: () => Promise<string>
  readonly headers: Readonly<Record<string, string>>
}

async function ourSide({ up }: Installation): Promise<Side> {
  const { token } = await up.run()
  return { url: async () => (await up.run()).url, headers: { authorization: `Bearer ${token}` } }
}

function sideOf({ url }: MeasuredAlertmanager): Side {
  return { url: async () => url, headers: {} }
}

function alert(alertname: string, instance: string) {
  const labels = { alertname, instance, service: 'shop', severity: 'critical' }
  return { labels, annotations: { summary: `${alertname} of ${instance} is wrong` } }
}

/** What cannot be stored right now is sent again, as senders do. @returns how often that was */
async function post(pool: Pool, side: Side, body: string): Promise<number> {
  const headers = { ...side.headers, 'content-type': 'application/json' }
  for (let refusals = 0; ; refusals++) {
    const answer = await pool.request({ method: 'POST', path: '/api/v2/alerts', headers, body })
    const text = await answer.body.text()
    if (answer.statusCode === 200) return refusals
    if (answer.statusCode !== 503) throw new Error(`alerts were answered ${answer.statusCode}: ${text}`)
    await settled(againMs)
  }
}

/** Sooner than a sender would: what it waits is time in which the server rests. */
const againMs = 100

async function acceptRates(
  [ours, theirs]: readonly [Side, Side],
  { database }: Installation,
  { accepted }: IntakeSizes,
  tell: (line: string) => void,
): Promise<Figure[]> {
  const figures: Figure[] = []
  let sent = 0
  const least: Readonly<Record<number, number>> = { 1: 0.5, 64: 1 }
  for (const [size, alerts] of Object.entries(accepted).map(
    ([key, count]) => [Number(key), count] as const,
  )) {
    tell(`${alerts} alerts, ${size} a request, to each`)
    const [our, their] = [await rateOf(ours, size, alerts), await rateOf(theirs, size, alerts)]
    tell(`${Math.round(our)}/s here, ${Math.round(their)}/s there`)
    sent += alerts
    const what = size === 1 ? 'one alert a request' : `${size} alerts a request`
    const target = least[size]
    figures.push(
      figure(`${what}, here`, our, '/s'),
      figure(`${what}, Alertmanager`, their, '/s'),
      figure(`${what}, ratio`, our / their, '×', target === undefined ? undefined : { atLeast: target }),
    )
    await until('alerts are in their incidents', async () => (await waiting(database)) === 0, 200)
  }
  const kept = await numberFrom(
    database,
    `SELECT count(DISTINCT fingerprint) AS n FROM alert_inbox WHERE labels ->> 'alertname' LIKE 'Accept%'`,
  )
  return [...figures, figure('accepted alerts lost', sent - kept, '', { atMost: 0 })]
}

function waiting(database: Installation['database']): Promise<number> {
  return numberFrom(database, 'SELECT count(*) AS n FROM alert_inbox WHERE dispatched_at IS NULL')
}

async function rateOf(side: Side, size: number, alerts: number): Promise<number> {
  const pool = new Pool(await side.url(), { connections: senders })
  // Put together beforehand: it is the server that is measured.
  const bodies = Array.from({ length: Math.ceil(alerts / size) }, (_, request) =>
    JSON.stringify(
      Array.from({ length: Math.min(size, alerts - request * size) }, (__, index) => {
        const number = request * size + index
        return alert(`Accept${size}-${number % groups}`, `node-${number}`)
      }),
    ),
  )
  const left = bodies.values()
  const sender = async () => {
    for (const body of left) await post(pool, side, body)
  }
  const start = performance.now()
  await Promise.all(Array.from({ length: senders }, sender))
  const seconds = (performance.now() - start) / 1_000
  await pool.close()
  return alerts / seconds
}

/** Each alert is a group of its own, and the next one is sent when it was told of. */
async function pagedAfter(
  side: Side,
  { pager }: Installation,
  theirs: MeasuredAlertmanager,
  alerts: number,
  tell: (line: string) => void,
): Promise<Figure[]> {
  tell(`${alerts} alerts one by one, to each until it was told of`)
  await settled(10_000)
  const [our, their]: [number[], number[]] = [[], []]
  const ourPool = new Pool(await side.url(), { connections: 1 })
  const theirPool = new Pool(theirs.url, { connections: 1 })
  for (let number = 0; number < alerts; number++) {
    const one = alert(`Paged${number}`, 'node')
    // So many people are on call that nobody's messages are bundled.
    const ofOurs = { ...one, labels: { ...one.labels, pager: `p${number % 50}` } }
    const before = pager.pages().length
    const sentAt = performance.now()
    await post(ourPool, side, JSON.stringify([ofOurs]))
    our.push((await pager.untilPage(before + 1, patienceMs)).at - sentAt)
    const theirsAt = performance.now()
    await post(theirPool, sideOf(theirs), JSON.stringify([one]))
    const name = nameOf(one.labels)
    await until('Alertmanager told of it', async () => theirs.toldAt.has(name), 2)
    their.push((theirs.toldAt.get(name) ?? Number.NaN) - theirsAt)
    await settled(300)
  }
  await Promise.all([ourPool.close(), theirPool.close()])
  return [
    figure('alert in → webhook out, p50', median(our), 'ms'),
    figure('alert in → webhook out, p99', percentile(our, 99), 'ms'),
    figure('Alertmanager without a group wait, p50', median(their), 'ms'),
    figure('Alertmanager without a group wait, p99', percentile(their, 99), 'ms'),
    figure('ahead of its 10 s of group wait, p99', (exampleGroupWaitMs - percentile(our, 99)) / 1_000, 's', {
      atLeast: 9,
    }),
  ]
}

async function storm(
  side: Side,
  { database, pager }: Installation,
  alerts: number,
  tell: (line: string) => void,
): Promise<Figure[]> {
  tell(`${alerts} alerts at once, in ${groups} groups`)
  await settled(10_000)
  const perRequest = 1_000
  const before = pager.pages().length
  const pool = new Pool(await side.url(), { connections: senders })
  const bodies = Array.from({ length: alerts / perRequest }, (_, request) =>
    JSON.stringify(
      Array.from({ length: perRequest }, (__, index) => {
        const number = request * perRequest + index
        return alert(`Storm${number % groups}`, `node-${number}`)
      }),
    ),
  )
  const kept = () =>
    numberFrom(
      database,
      `SELECT count(*) AS n FROM incident_alerts WHERE labels ->> 'alertname' LIKE 'Storm%' AND status = 'firing'`,
    )
  const start = performance.now()
  await Promise.all(bodies.map((body) => post(pool, side, body)))
  await until('every alert in an incident', async () => (await kept()) >= alerts)
  const everywhere = performance.now() - start
  await pool.close()
  await settled(10_000)
  const pages = pager.pages().slice(before)
  const told = new Set(pages.flatMap(({ incidents }) => incidents))
  return [
    figure('storm: alerts lost', alerts - (await kept()), '', { atMost: 0 }),
    figure('storm: first page', Math.min(...pages.map(({ at }) => at)) - start, 'ms'),
    figure('storm: every alert in its incident', everywhere, 'ms'),
    figure('storm: incidents that were told of', told.size, '', { atLeast: groups }),
    figure('storm: pages that name nothing', pages.filter(({ lines }) => lines.length === 0).length, '', {
      atMost: 0,
    }),
  ]
}

const killedAlerts = 100
const killAfterMs = 50

/** The server dies right after it said yes to the last of them; `up` starts it again. */
async function killed(
  side: Side,
  { up, database }: Installation,
  tell: (line: string) => void,
): Promise<Figure[]> {
  tell(`kill -9 of the server, ${killAfterMs} ms after ${killedAlerts} alerts were accepted`)
  const pool = new Pool(await side.url(), { connections: killedAlerts })
  await Promise.all(
    Array.from({ length: killedAlerts }, (_, number) =>
      post(pool, side, JSON.stringify([alert('Killed', `node-${number}`)])),
    ),
  )
  await settled(killAfterMs)
  const { processes } = await up.run()
  process.kill(processes['server'] ?? Number.NaN, 'SIGKILL')
  await pool.destroy()
  const kept = () =>
    numberFrom(
      database,
      `SELECT count(*) AS n FROM incident_alerts WHERE labels ->> 'alertname' = 'Killed' AND status = 'firing'`,
    )
  const isThere = until('every alert in its incident', async () => (await kept()) >= killedAlerts)
  await isThere.catch(() => undefined)
  return [figure('kill -9: accepted alerts lost', killedAlerts - (await kept()), '', { atMost: 0 })]
}
