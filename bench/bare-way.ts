import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import pg from 'pg'
import { percentile } from './figures.ts'
import { settled } from './installation.ts'

/** Where the two processes of the bare way find what they need. */
export interface BareWay {
  readonly databaseUrl: string
  /** Where the page goes. */
  readonly receiver: string
}

const processes = new URL('bare-way-process.ts', import.meta.url).pathname
const pauseMs = 500

/**
 * The least that a durable page takes on this machine: one process commits the alert and notifies, another commits the page and posts it. Nothing is decided,
 * guarded or authenticated. What Firewatch takes is to be read beside it, for machines differ.
 * @returns the medians until the sender had its 202 and until the page came, in milliseconds
 */
export async function measureBareWay(databaseUrl: string, alerts: number) {
  const database = new pg.Client({ connectionString: databaseUrl })
  await database.connect()
  await database.query('CREATE TABLE bare_alerts (body text); CREATE TABLE bare_pages (body text)')
  let received = (): void => undefined
  const receiver = createServer((request, response) => {
    request.resume().once('end', () => {
      received()
      response.end()
    })
  })
  const started: ChildProcess[] = []
  try {
    const way = { databaseUrl, receiver: await listening(receiver) }
    const [, intake] = await Promise.all([start('worker', way, started), start('intake', way, started)])
    const answered: number[] = []
    const paged: number[] = []
    for (let number = 0; number < alerts; number++) {
      const page = new Promise<void>((resolve) => (received = resolve))
      const begun = performance.now()
      await fetch(intake, { method: 'POST', body: JSON.stringify({ number }) })
      answered.push(performance.now() - begun)
      await page
      paged.push(performance.now() - begun)
      await settled(pauseMs)
    }
    return { answeredMs: percentile(answered, 50), pagedMs: percentile(paged, 50) }
  } finally {
    for (const child of started) child.kill()
    receiver.close()
    await database.query('DROP TABLE bare_alerts, bare_pages')
    await database.end()
  }
}

async function listening(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
}

/** @returns the address that the process says it listens on, once it is ready */
async function start(role: string, way: BareWay, started: ChildProcess[]): Promise<string> {
  const child = spawn(process.execPath, [processes, role, JSON.stringify(way)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  started.push(child)
  const [line] = (await once(child.stdout, 'data')) as [Buffer]
  return line.toString().trim()
}
