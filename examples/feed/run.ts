import { backfill } from './backfill.ts'
import { whenToldToEnd } from './parent.ts'
import { defaultRunFile, startFeedWorld } from './world.ts'

/** The world by hand, until Ctrl-C: `DATABASE_URL=… CLICKHOUSE_URL=… node examples/feed/run.ts` */
async function main(): Promise<void> {
  const { DATABASE_URL: databaseUrl, CLICKHOUSE_URL: clickhouseUrl } = process.env
  if (!databaseUrl || !clickhouseUrl) {
    throw new Error(
      'set DATABASE_URL and CLICKHOUSE_URL to a PostgreSQL and a ClickHouse server that may be written to',
    )
  }
  const world = await startFeedWorld({
    databaseUrl,
    clickhouseUrl,
    log: console.error,
    runFile: defaultRunFile,
  })
  whenToldToEnd(() => {
    world.stop().then(
      () => process.exit(),
      (error: unknown) => {
        console.error(error)
        process.exit(1)
      },
    )
  })
  const { rows, tookMs } = await backfill({ clickhouseUrl, now: world.liveFrom })
  console.log(`history: ${rows} rows in ${Math.round(tookMs)} ms`)
  console.log(
    `service: ${world.serviceUrl}, supervisor: ${world.supervisorUrl}, for fault.ts: ${defaultRunFile}`,
  )
}

await main()
