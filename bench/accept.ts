import { Pool } from 'undici'
import { figure, type Report } from './figures.ts'
import { alertOf, type Installation, numberFrom, withInstallation } from './installation.ts'

const perBatch = 64
/** Senders that each wait for their answer before they send again. */
const senders = 64
const incidents = 20

/** As many alerts as senders can bring, each in its sender's hands as committed before the next one leaves. */
export async function benchAccept(
  { single, batched }: { single: number; batched: number },
  tell: (line: string) => void,
): Promise<Report> {
  return withInstallation(async (installation) => {
    tell(`${single} alerts, one by one`)
    const one = await rateOf(installation, 'Single', single, 1)
    tell(`${batched} alerts, ${perBatch} at a time`)
    const many = await rateOf(installation, 'Batched', batched, perBatch)
    return {
      name: 'accept',
      title: `alerts accepted, each committed before its 202, by ${senders} senders; ${incidents} incidents are worked on meanwhile`,
      figures: [
        figure('one alert a request', one.rate, '/s', { atLeast: 3_000 }),
        figure(`batches of ${perBatch}`, many.rate, '/s', { atLeast: 25_000 }),
        figure('alerts lost', one.lost + many.lost, '', { atMost: 0 }),
      ],
    }
  })
}

async function rateOf({ up, database }: Installation, name: string, alerts: number, perRequest: number) {
  const { url, token } = await up.run()
  const pool = new Pool(url, { connections: senders })
  // Put together beforehand: it is the server that is measured.
  const bodies = Array.from({ length: Math.ceil(alerts / perRequest) }, (_, request) =>
    JSON.stringify({
      alerts: bodyOf(name, request * perRequest, Math.min(alerts, (request + 1) * perRequest)),
    }),
  )
  const waiting = bodies.values()
  const sender = async () => {
    for (const body of waiting) await send(pool, token, body)
  }
  const start = performance.now()
  await Promise.all(Array.from({ length: senders }, sender))
  const seconds = (performance.now() - start) / 1000
  await pool.close()
  const kept = await numberFrom(
    database,
    `SELECT count(*) AS n FROM (SELECT fingerprint FROM alert_inbox WHERE labels->>'alertname' LIKE $1 GROUP BY fingerprint) AS accepted`,
    [`${name}%`],
  )
  return { rate: alerts / seconds, lost: alerts - kept }
}

function bodyOf(name: string, from: number, to: number): object[] {
  return Array.from({ length: to - from }, (_, index) =>
    alertOf({ alertname: `${name}${(from + index) % incidents}`, instance: `node-${from + index}` }),
  )
}

async function send(pool: Pool, token: string, body: string): Promise<void> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  const answer = await pool.request({ method: 'POST', path: '/api/v1/alerts', headers, body })
  const text = await answer.body.text()
  if (answer.statusCode !== 202) throw new Error(`an alert was answered ${answer.statusCode}: ${text}`)
}
