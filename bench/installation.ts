import pg from 'pg'
import { removeData, startUp, type UpFirewatch } from '../test/support/firewatch.ts'
import { type Pager, startPager } from './pager.ts'

/** A whole Firewatch as `firewatch up` runs it, durable as shipped, and the receiver of all that it pages. */
export interface Installation {
  readonly up: UpFirewatch
  readonly pager: Pager
  readonly database: pg.Client
}

/** So many people are on call, one for each value of the label `pager`. Whoever has no such label pages the first. */
export const pagers = 50

/**
 * People who are paged at once and then left alone; every service's alerts meet by `[service, alertname]`, the default. There are many, for a
 * person's fourth message within a while waits and bundles.
 */
export function manyPeople(more = ''): string {
  const names = Array.from({ length: pagers }, (_, index) => `p${index}`)
  const contact = "{ channel: webhook, url: '${env:BENCH_PAGER_URL}', secret: '${env:BENCH_PAGER_SECRET}' }"
  return `
users:
${names.map((name) => `  ${name}: { contacts: [${contact}] }`).join('\n')}
policies:
${names.map((name) => `  ${name}: { steps: [{ notify: [${name}], ackTimeout: 4h }] }`).join('\n')}
routes:
${names.map((name) => `  - { match: { pager: ${name} }, policies: { default: ${name} }, stableFor: 1s }`).join('\n')}
  - { policies: { default: p0 }, stableFor: 1s }
${more}`
}

/** Starts everything in a new directory, lets `measure` work with it, and removes it whatever happens. The worker is warm: it has paged once. */
export async function withInstallation<Result>(
  measure: (installation: Installation) => Promise<Result>,
): Promise<Result> {
  const pager = await startPager()
  try {
    const env = { BENCH_PAGER_URL: pager.url, BENCH_PAGER_SECRET: pager.secret }
    const up = await startUp(manyPeople(), env)
    const database = new pg.Client({ connectionString: (await up.run()).databaseUrl })
    try {
      await database.connect()
      await up.api('POST', '/api/v1/alerts', { alerts: [alertOf({ alertname: 'WarmUp' })] })
      await pager.untilPage(1, patienceMs)
      await settled()
      return await measure({ up, pager, database })
    } finally {
      await database.end()
      await up.stop()
      await removeData(up.dataDir)
    }
  } finally {
    await pager.stop()
  }
}

export const patienceMs = 120_000

/** An alert as an outside system would send it. */
export function alertOf(
  labels: Readonly<Record<string, string>>,
  status: 'firing' | 'resolved' = 'firing',
): object {
  return {
    status,
    labels: { service: 'shop', severity: 'critical', ...labels },
    annotations: { summary: `${Object.values(labels).join(' ')} is wrong` },
  }
}

/** Time for what an incident does after its page (findings, timeline, visibility) to come to an end. */
export function settled(ms = 3_000): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

/** Asks until `condition` holds, each `everyMs`. @throws after `withinMs` */
export async function until(
  what: string,
  condition: () => Promise<boolean>,
  everyMs = 50,
  withinMs = patienceMs,
): Promise<void> {
  const deadline = performance.now() + withinMs
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`${what}: not within ${withinMs} ms`)
    await settled(everyMs)
  }
}

/** The only number that a query answers. */
export async function numberFrom(
  database: pg.Client,
  query: string,
  values: unknown[] = [],
): Promise<number> {
  const { rows } = await database.query<{ n: string }>(query, values)
  return Number(rows[0]?.n)
}
