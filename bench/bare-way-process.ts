import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import pg from 'pg'
import type { BareWay } from './bare-way.ts'

/* One of the two processes of the bare way, by its first argument. */

const [role, given] = process.argv.slice(2)
const { databaseUrl, receiver } = JSON.parse(given ?? '') as BareWay
const client = await connected()
if (role === 'intake') accept()
else await page()

async function connected(): Promise<pg.Client> {
  const opened = new pg.Client({ connectionString: databaseUrl })
  await opened.connect()
  return opened
}

function accept(): void {
  const server = createServer((request, response) => {
    const commit = async () => {
      await client.query('BEGIN')
      await client.query('INSERT INTO bare_alerts (body) VALUES ($1)', ['alert'])
      await client.query("SELECT pg_notify('bare_alerts', '')")
      await client.query('COMMIT')
      response.writeHead(202).end()
    }
    request.resume().once('end', () => void commit())
  })
  server.listen(0, '127.0.0.1', () =>
    process.stdout.write(`http://127.0.0.1:${(server.address() as AddressInfo).port}/\n`),
  )
}

async function page(): Promise<void> {
  const listener = await connected()
  const send = async () => {
    await client.query('BEGIN')
    await client.query('INSERT INTO bare_pages (body) VALUES ($1)', ['page'])
    await client.query('COMMIT')
    await fetch(receiver, { method: 'POST', body: '{}' })
  }
  listener.on('notification', () => void send())
  await listener.query('LISTEN bare_alerts')
  process.stdout.write('ready\n')
}
