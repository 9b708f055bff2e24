import { randomUUID } from 'node:crypto'
import { createServer } from 'node:net'
import pg from 'pg'
import { inject } from 'vitest'

/** A database of one test file on the PostgreSQL of the run: it has the tables and no rows, and is gone after `stop`. */
export interface TestPostgres {
  readonly url: string
  stop(): Promise<void>
}

/** Makes a database. `stop` gives connections some seconds to end, and fails when one is left open. */
export async function startPostgres(): Promise<TestPostgres> {
  const templateUrl = inject('templateUrl')
  const template = new URL(templateUrl).pathname.slice(1)
  const name = `test_${randomUUID().replaceAll('-', '')}`
  await administer(templateUrl, `CREATE DATABASE ${name} TEMPLATE ${template}`)
  const url = new URL(templateUrl)
  url.pathname = `/${name}`
  return {
    url: url.href,
    stop: () => administer(templateUrl, `DROP DATABASE ${name}`),
  }
}

/** One statement, by a connection to the database that exists for such. */
async function administer(url: string, statement: string): Promise<void> {
  const maintenance = new URL(url)
  maintenance.pathname = '/postgres'
  const client = new pg.Client({ connectionString: maintenance.href })
  await client.connect()
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}

/** A port that nobody listens on at this moment. */
export async function freePort(): Promise<number> {
  const probe = createServer()
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve))
  const address = probe.address()
  await new Promise((resolve) => probe.close(resolve))
  if (address === null || typeof address === 'string') throw new Error('no free port on 127.0.0.1')
  return address.port
}
