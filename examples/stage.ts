import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { RunningFirewatch } from '../src/app/firewatch.ts'

/** A demo begins with nothing but its lock. */
export async function emptyFolder(dir: string): Promise<void> {
  const names = [
    'ports.json',
    'temporal.db',
    'temporal.db-shm',
    'temporal.db-wal',
    'postgres',
    'clickhouse',
    'reviews',
    'logs',
  ]
  await Promise.all(names.map((name) => rm(join(dir, name), { recursive: true, force: true })))
}

/** Where people look while a demo runs. */
export function links({ url, loginUrl }: RunningFirewatch, temporalUiUrl: string | undefined): string {
  const temporal = temporalUiUrl === undefined ? '' : `\n  Temporal  ${temporalUiUrl}`
  return `\n  console   ${url}/incidents\n  log in    ${loginUrl}${temporal}\n`
}
