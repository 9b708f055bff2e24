import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const run = promisify(execFile)
const root = new URL('../../', import.meta.url).pathname

interface Planted {
  /** Where it stands. */
  readonly file: string
  readonly code: string
  /** The rule that must catch it; absent: it is allowed and must pass. */
  readonly caughtBy?: string
}

const imports = 'no-restricted-imports'
const globals = 'no-restricted-globals'
const properties = 'no-restricted-properties'

const planted: readonly Planted[] = [
  {
    file: 'src/domain/a01.ts',
    code: "import { x } from '../clickhouse/client.ts'\nexport const y = x",
    caughtBy: imports,
  },
  { file: 'src/domain/a02.ts', code: "import { x } from 'node:fs'\nexport const y = x", caughtBy: imports },
  {
    file: 'src/domain/a03.ts',
    code: "import { x } from '@temporalio/workflow'\nexport const y = x",
    caughtBy: imports,
  },
  {
    file: 'src/domain/deep/a04.ts',
    code: "import { x } from '../../app/main.ts'\nexport const y = x",
    caughtBy: imports,
  },
  {
    file: 'src/domain/deep/a05.ts',
    code: "import { x } from '../../postgres/database.ts'\nexport const y = x",
    caughtBy: imports,
  },
  { file: 'src/domain/a06.ts', code: 'export const y = Date.now()', caughtBy: properties },
  { file: 'src/domain/a07.ts', code: 'export const y = Math.random()', caughtBy: properties },
  { file: 'src/domain/a08.ts', code: 'setTimeout(() => undefined, 1)', caughtBy: globals },
  { file: 'src/domain/a09.ts', code: "export const y = fetch('http://127.0.0.1')", caughtBy: globals },
  { file: 'src/domain/a10.ts', code: 'export const y = process.env', caughtBy: globals },
  {
    file: 'src/domain/a11.ts',
    code: "import { Temporal } from 'temporal-polyfill'\nexport const y = Temporal.Now.instant()",
    caughtBy: properties,
  },
  {
    file: 'src/domain/ok1.ts',
    code: "import { Temporal } from 'temporal-polyfill'\nexport const y = Temporal.Instant",
  },
  { file: 'src/domain/deep/ok2.ts', code: "import { x } from '../ok1.ts'\nexport const y = x" },
  { file: 'src/domain/ok3.ts', code: "import { x } from './deep/ok2.ts'\nexport const y = x" },

  {
    file: 'workflows/b01.ts',
    code: "import { x } from '../activities/check.ts'\nexport const y = x",
    caughtBy: imports,
  },
  {
    file: 'workflows/b02.ts',
    code: "import { x } from '../src/postgres/database.ts'\nexport const y = x",
    caughtBy: imports,
  },
  {
    file: 'workflows/b03.ts',
    code: "import { x } from '@temporalio/client'\nexport const y = x",
    caughtBy: imports,
  },
  { file: 'workflows/b04.ts', code: 'export const y = Date.now()', caughtBy: properties },
  { file: 'workflows/b05.ts', code: 'export const y = Math.random()', caughtBy: properties },
  { file: 'workflows/b06.ts', code: 'setTimeout(() => undefined, 1)', caughtBy: globals },
  { file: 'workflows/b07.ts', code: 'export const y = performance.now()', caughtBy: globals },
  { file: 'workflows/b08.ts', code: 'export const y = process.env', caughtBy: globals },
  {
    file: 'workflows/b09.ts',
    code: "import { x } from 'node:crypto'\nexport const y = x",
    caughtBy: imports,
  },
  {
    file: 'workflows/b10.ts',
    code: "import { proxyActivities } from '@temporalio/workflow'\nconst { deed } = proxyActivities<{ deed(): Promise<void> }>({ startToCloseTimeout: 1 })\nexport async function story(): Promise<void> {\n  deed()\n}",
    caughtBy: 'no-floating-promises',
  },
  { file: 'workflows/ok1.ts', code: "import type { X } from '../activities/check.ts'\nexport type Y = X" },
  { file: 'workflows/ok2.ts', code: "import { x } from '../src/domain/ok1.ts'\nexport const y = x" },
  { file: 'workflows/ok3.ts', code: "import { x } from '../src/domain/deep/ok2.ts'\nexport const y = x" },

  {
    file: 'activities/c01.ts',
    code: "import { x } from '../src/postgres/database.ts'\nexport const y = x",
    caughtBy: imports,
  },
  {
    file: 'activities/c02.ts',
    code: "import type { X } from '../src/clickhouse/client.ts'\nexport type Y = X",
    caughtBy: imports,
  },
  {
    file: 'activities/c03.ts',
    code: "import { x } from '../workflows/incident.ts'\nexport const y = x",
    caughtBy: imports,
  },
  { file: 'activities/ok1.ts', code: "import { x } from '../src/domain/ok1.ts'\nexport const y = x" },

  {
    file: 'src/pagerduty/d01.ts',
    code: "import { x } from '../webhook/channel.ts'\nexport const y = x",
    caughtBy: imports,
  },
  {
    file: 'src/postgres/d02.ts',
    code: "import { x } from '../clickhouse/client.ts'\nexport const y = x",
    caughtBy: imports,
  },
  {
    file: 'src/clickhouse/d03.ts',
    code: "import { x } from '../../workflows/incident.ts'\nexport const y = x",
    caughtBy: imports,
  },
  {
    file: 'src/chart/d04.ts',
    code: "import { x } from '../app/main.ts'\nexport const y = x",
    caughtBy: imports,
  },
  {
    file: 'src/newedge/d05.ts',
    code: "import { x } from '../../activities/check.ts'\nexport const y = x",
    caughtBy: imports,
  },
  {
    file: 'src/newedge/deep/d06.ts',
    code: "import { x } from '../../postgres/database.ts'\nexport const y = x",
    caughtBy: imports,
  },
  {
    file: 'src/web/d07.ts',
    code: "import { x } from '../postgres/database.ts'\nexport const y = x",
    caughtBy: imports,
  },
  {
    file: 'src/web/routes/d08.ts',
    code: "import { x } from '../../temporal/incident-client.ts'\nexport const y = x",
    caughtBy: imports,
  },
  {
    file: 'src/config/d09.ts',
    code: "import { x } from '../pagerduty/channel.ts'\nexport const y = x",
    caughtBy: imports,
  },
  { file: 'src/webhook/ok1.ts', code: "import { x } from '../domain/ok1.ts'\nexport const y = x" },
  { file: 'src/newedge/deep/ok2.ts', code: "import { x } from '../../domain/ok1.ts'\nexport const y = x" },
  { file: 'src/web/routes/ok3.ts', code: "import { x } from '../pages/ok4.ts'\nexport const y = x" },
  {
    file: 'src/config/ok5.ts',
    code: "import { x } from '../pagerduty/contact-schema.ts'\nexport const y = x",
  },
  { file: 'src/app/ok6.ts', code: "import { x } from '../postgres/database.ts'\nexport const y = x" },
]

describe('the import fences', () => {
  let folder = ''
  let found = new Map<string, string[]>()

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'firewatch-fences-'))
    await cp(join(root, '.oxlintrc.json'), join(folder, '.oxlintrc.json'))
    await cp(join(root, 'tsconfig.json'), join(folder, 'tsconfig.json'))
    await symlink(join(root, 'node_modules'), join(folder, 'node_modules'))
    for (const { file, code } of planted) {
      await mkdir(dirname(join(folder, file)), { recursive: true })
      await writeFile(join(folder, file), `${code}\n`)
    }
    found = await lint(folder)
  }, 60_000)

  afterAll(() => rm(folder, { recursive: true, force: true }))

  it.each(planted.filter(({ caughtBy }) => caughtBy !== undefined))(
    'catch what is planted in $file',
    ({ file, caughtBy }) => {
      expect(found.get(file) ?? []).toContain(caughtBy)
    },
  )

  it.each(planted.filter(({ caughtBy }) => caughtBy === undefined))('let $file pass', ({ file }) => {
    expect(found.get(file) ?? []).toEqual([])
  })
})

/** The names of the rules that each file breaks. */
async function lint(folder: string): Promise<Map<string, string[]>> {
  const oxlint = join(root, 'node_modules/.bin/oxlint')
  const output = await run(oxlint, ['--type-aware', '--format', 'json'], {
    cwd: folder,
    maxBuffer: 2 ** 24,
  }).catch((failure: { stdout: string }) => failure)
  const { diagnostics } = JSON.parse(output.stdout) as { diagnostics: { code: string; filename: string }[] }
  const byFile = new Map<string, string[]>()
  for (const { code, filename } of diagnostics) {
    const rule = /\((.*)\)/.exec(code)?.[1] ?? code
    byFile.set(filename, [...(byFile.get(filename) ?? []), rule])
  }
  return byFile
}
