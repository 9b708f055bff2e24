import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { checkout } from '../support/image.ts'

const execute = promisify(execFile)
/** Of Debian's package prometheus-alertmanager. */
const amtool = '/usr/bin/amtool'

const tables: readonly (readonly [sample: string, several: readonly Readonly<Record<string, string>>[]])[] = [
  [
    'kube-prometheus',
    [
      { alertname: 'Watchdog', severity: 'none' },
      { alertname: 'InfoInhibitor', severity: 'none', namespace: 'web' },
      { alertname: 'KubePodCrashLooping', severity: 'warning', namespace: 'web' },
      { alertname: 'etcdNoLeader', severity: 'critical' },
    ],
  ],
  [
    'teams',
    [
      { alertname: 'x' },
      { alertname: 'x', team: 'payments' },
      { alertname: 'x', team: 'payments', severity: 'critical' },
      { alertname: 'x', team: 'payments', severity: 'page', env: 'prod' },
      { alertname: 'x', team: 'payments', severity: 'page', env: 'dev' },
      { alertname: 'x', team: 'payments', severity: 'critical', env: 'developer' },
      { alertname: 'x', team: 'db', severity: 'info' },
      { alertname: 'x', team: 'db', severity: 'page', role: 'primary' },
      { alertname: 'x', team: 'db', role: 'replica' },
      { alertname: 'x', team: 'web', severity: 'page' },
    ],
  ],
  [
    'old',
    [
      { alertname: 'x' },
      { alertname: 'x', service: 'foo1' },
      { alertname: 'x', service: 'foo12' },
      { alertname: 'x', service: 'baz', severity: 'critical' },
      { alertname: 'x', service: 'files', severity: 'critical' },
      { alertname: 'x', service: 'files', severity: 'critical', dept: 'yes' },
      { alertname: 'x', service: 'database', owner: 'team-X' },
      { alertname: 'x', service: 'database', owner: 'team-Y' },
      { alertname: 'x', service: 'database', owner: 'team-XY' },
    ],
  ],
]

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'firewatch-import-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

async function firewatch(...words: readonly string[]): Promise<string> {
  const { stdout } = await execute(process.execPath, [join(checkout, 'bin/firewatch.mjs'), ...words], {
    cwd: folder,
  })
  return stdout
}

/** Receivers by Alertmanager's own tool, in the order in which they are told. */
async function byAmtool(file: string, labels: Readonly<Record<string, string>>): Promise<string[]> {
  const words = Object.entries(labels).map(([name, value]) => `${name}=${value}`)
  const { stdout } = await execute(amtool, ['config', 'routes', 'test', `--config.file=${file}`, ...words])
  return stdout.trim().split(',')
}

describe.skipIf(!existsSync(amtool))(
  "an imported configuration routes as Alertmanager's own tool says",
  () => {
    it.each(tables)('%s', async (sample, several) => {
      const file = fileURLToPath(new URL(`../alertmanager/samples/${sample}.yml`, import.meta.url))
      await execute(amtool, ['check-config', file])
      const directory = join(folder, sample)
      await firewatch('import', 'alertmanager', file, '--out', directory)
      const config = join(directory, 'firewatch.yaml')
      const event = join(directory, 'event.json')
      await writeFile(event, JSON.stringify(several.map((labels) => ({ labels }))))
      const { alerts } = JSON.parse(
        await firewatch('explain', '--event', event, '--config', config, '--json'),
      ) as { readonly alerts: readonly { readonly taken: readonly { readonly receiver: string }[] }[] }
      const explained = alerts.map(({ taken }) => taken.map(({ receiver }) => receiver))
      expect(explained).toEqual(await Promise.all(several.map((labels) => byAmtool(file, labels))))
      expect(new Set(explained.map(String)).size).toBeGreaterThan(2)
    })
  },
)
