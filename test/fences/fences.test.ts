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
const eventKeys = 'no-read-event-key'
const ids = 'no-read-id'
const sentences = 'no-read-sentence'
const oldWords = 'no-old-word'

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
  { file: 'src/domain/deep/ok2.ts', code: "import { x } from './ok1.ts'\nexport const y = x" },
  { file: 'src/domain/other/ok4.ts', code: "import { x } from '../deep/ok2.ts'\nexport const y = x" },
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
  { file: 'activities/ok1.ts', code: "import { x } from '../src/domain/deep/ok1.ts'\nexport const y = x" },

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
  {
    file: 'src/cli/d10.ts',
    code: "import { x } from '../postgres/database.ts'\nexport const y = x",
    caughtBy: imports,
  },
  {
    file: 'src/cli/commands/d11.ts',
    code: "import { x } from '../../app/serve.ts'\nexport const y = x",
    caughtBy: imports,
  },
  {
    file: 'src/cli/d12.ts',
    code: "import { x } from '../web/server.ts'\nexport const y = x",
    caughtBy: imports,
  },
  {
    file: 'src/cli/ok7.ts',
    code: "import type { X } from '../web/dependencies.ts'\nimport { x } from '../domain/deep/ok1.ts'\nexport const y: X = x",
  },
  { file: 'src/webhook/ok1.ts', code: "import { x } from '../domain/deep/ok1.ts'\nexport const y = x" },
  {
    file: 'src/newedge/deep/ok2.ts',
    code: "import { x } from '../../domain/deep/ok1.ts'\nexport const y = x",
  },
  { file: 'src/web/routes/ok3.ts', code: "import { x } from '../pages/ok4.ts'\nexport const y = x" },
  {
    file: 'src/config/ok5.ts',
    code: "import { x } from '../pagerduty/contact-schema.ts'\nexport const y = x",
  },
  { file: 'src/app/ok6.ts', code: "import { x } from '../postgres/database.ts'\nexport const y = x" },

  ...oldWordsInNames(),
  ...readingEventKeys(),
  ...readingIds(),
  ...readingSentences(),
  ...readingDecisionsAndBaselines(),
]

function oldWordsInNames(): Planted[] {
  const caught = [
    ['src/slack/door.ts', 'export const y = 1'],
    ['test/support/keepers.ts', 'export const y = 1'],
    ['src/web/w01.ts', 'export interface OnCallDesk {\n  readonly y: number\n}'],
    ['src/web/w02.ts', 'export interface X {\n  readonly mailDoor: number\n}'],
    ['src/domain/deep/w03.ts', 'export function readWish(wishes: number): number {\n  return wishes\n}'],
    ['src/domain/w04.ts', 'export type Kept = { readonly y: number }'],
    ['workflows/w05.ts', 'export const takeAlong = 1'],
    ['test/w06.ts', 'const door = 1\nexport const y = { door }'],
    ['bench/w07.ts', 'export const laneOrder = 1'],
    ['src/intake/w08.ts', 'export function createTeller(): void {}'],
  ] as const
  return [
    ...caught.map(([file, code]) => ({ file, code, caughtBy: oldWords })),
    { file: 'src/metrics/ok-w1.ts', code: "export const y = { door: 'alertmanager' }" },
    { file: 'src/web/ok-w2.ts', code: 'export const desktop = 1\nexport const plane = 2' },
    { file: 'src/domain/ok-w3.ts', code: 'export const kept = 1\nexport const isKept = true' },
    { file: 'test/outdoor.ts', code: 'export const y = 1' },
  ]
}

function readingEventKeys(): Planted[] {
  const entry = 'declare const entry: { eventKey: string; event_key: string; evidence_key: string }\n'
  const caught = [
    ['src/domain/deep/e01.ts', "export const y = entry.eventKey.startsWith('held/')"],
    ['src/web/pages/e02.ts', "export const y = entry?.['eventKey']"],
    ['src/app/e03.ts', 'export const { eventKey: key } = entry'],
    ['src/domain/e04.ts', "export const y = [entry].find(({ eventKey }) => eventKey === 'notice')"],
    ['activities/e05.ts', 'export const y = /^page/.test(entry.eventKey)'],
    ['workflows/e06.ts', "export const y = entry.eventKey === 'notice'"],
    ['src/postgres/e07.ts', 'export const y = entry.event_key'],
    [
      'src/postgres/e08.ts',
      "export const y = String.raw`SELECT FROM timeline WHERE event_key LIKE 'held/%'`",
    ],
    ['src/postgres/e09.ts', "export const y = String.raw`WHERE t.event_key = 'notice'`"],
    [
      'src/postgres/e10.ts',
      "declare const db: { where(...of: string[]): string }\nexport const y = db.where('event_key', '=', 'x')",
    ],
    ['src/postgres/e11.ts', "export const y = entry.evidence_key.endsWith('/chart')"],
    ['src/postgres/e12.ts', "export const y = String.raw`FROM evidence WHERE evidence_key LIKE 'opened/%'`"],
  ] as const
  return [
    ...caught.map(([file, code]) => ({ file, code: entry + code, caughtBy: eventKeys })),
    { file: 'src/domain/ok-e1.ts', code: "export const y = { eventKey: 'detected', at: '' }" },
    { file: 'src/domain/ok-e2.ts', code: 'export const y = (eventKey: string) => ({ eventKey })' },
    {
      file: 'src/postgres/ok-e3.ts',
      code: 'export const y = String.raw`INSERT INTO timeline (incident, event_key) ON CONFLICT (incident, event_key) DO NOTHING`',
    },
    { file: 'src/postgres/timeline.ts', code: `${entry}export const { event_key: y } = entry` },
    { file: 'src/postgres/evidence.ts', code: `${entry}export const { evidence_key: y } = entry` },
  ]
}

function readingIds(): Planted[] {
  const page =
    'declare const page: { id: string; leader: string; person: string }\ndeclare function pageId(of: unknown): string\n'
  const caught = [
    ['src/domain/escalate/i01.ts', 'export const y = ({ id }: typeof page) => /\\/t(\\d+)$/.exec(id)?.[1]'],
    ['src/web/i02.ts', "export const y = page.id.split('/')[2]"],
    ['src/app/i03.ts', 'const { id: key } = page\nexport const y = /fallback/.test(key)'],
    ['workflows/i04.ts', "export const y = page?.leader.startsWith('INC-42/')"],
    ['activities/i05.ts', 'export const y = pageId(page).slice(7)'],
    [
      'src/domain/remediate/i06.ts',
      "export const y = ({ scope }: { scope: string }) => scope.startsWith('target/')",
    ],
  ] as const
  return [
    ...caught.map(([file, code]) => ({ file, code: page + code, caughtBy: ids })),
    {
      file: 'src/domain/ok-i1.ts',
      code: `${page}export const y = page.leader === page.id || [page.id].includes(pageId(page))`,
    },
    // What a channel calls its own messages, it reads.
    { file: 'src/slack/channel.ts', code: `${page}export const y = page.id.split('/')` },
    { file: 'src/domain/ok-i2.ts', code: `${page}export const y = page.person.split(' ')` },
  ]
}

function readingSentences(): Planted[] {
  const entry =
    'declare const entry: { summary: string; nowDoing: string; text: string }\ndeclare function sentenceOf(fact: unknown): string\ndeclare function holdSentence(cause: unknown): string\n'
  const caught = [
    ['src/domain/deep/s01.ts', "export const y = entry.summary.startsWith('Paged')"],
    ['src/web/pages/s02.ts', "export const y = entry?.summary?.endsWith('open')"],
    ['src/domain/s03.ts', "export const y = ({ summary }: typeof entry) => summary.includes('acknowledged')"],
    ['src/domain/s04.ts', 'export const y = /to (P\\d)$/.exec(entry.summary)'],
    ['src/domain/s05.ts', "export const { summary: told } = entry\nexport const y = told.split(': ')"],
    ['src/app/s06.ts', "export const y = entry.summary === 'It fires again: back to open'"],
    ['src/app/s07.ts', 'export const y = (actor: string) => `${actor} escalates` !== entry.summary'],
    ['workflows/s08.ts', "export const y = sentenceOf({}).indexOf('Paged') >= 0"],
    ['activities/s09.ts', 'const told = sentenceOf({})\nexport const y = told.match(/Paged/)'],
    [
      'src/domain/s10.ts',
      'const told = holdSentence({})\nconst again = told\nexport const y = again.slice(7)',
    ],
    ['src/web/s11.ts', "export const y = entry.nowDoing.startsWith('Paging')"],
    ['src/domain/s12.ts', "switch (entry.summary) {\n  case 'x':\n    throw new Error()\n}"],
    ['src/domain/post-mortem/s13.ts', "export const y = entry.text.startsWith('Users affected')"],
  ] as const
  return [
    ...caught.map(([file, code]) => ({ file, code: entry + code, caughtBy: sentences })),
    { file: 'src/domain/ok-s1.ts', code: `${entry}export const y = \`- \${entry.summary}\`` },
    {
      file: 'src/web/ok-s2.ts',
      code: `${entry}export const y = entry.nowDoing === '' ? null : entry.nowDoing`,
    },
    { file: 'src/domain/ok-s3.ts', code: `${entry}export const y = entry.text.startsWith('a command')` },
    {
      file: 'src/domain/ok-s4.ts',
      code: "declare const annotations: Record<string, string>\nexport const y = annotations['summary']?.includes('x')",
    },
    { file: 'src/domain/ok-s5.ts', code: "const summary = 'x'\nexport const y = summary.length" },
  ]
}

function readingDecisionsAndBaselines(): Planted[] {
  const words =
    'declare const attempt: { decision: string; explanation: string }\n' +
    [
      'findingSentence',
      'decisionSentence',
      'explanationSentence',
      'baselineWords',
      'statesWords',
      'switchWords',
    ]
      .map((name) => `declare function ${name}(of: unknown): string\n`)
      .join('')
  const caught = [
    ['src/domain/remediate/g01.ts', "export const y = findingSentence({}).includes('is stale')"],
    ['workflows/g02.ts', "export const y = decisionSentence({}).startsWith('Refused (breaker)')"],
    ['activities/g03.ts', 'const told = explanationSentence({})\nexport const y = /^It helped/.test(told)'],
    ['src/web/g04.ts', "export const y = attempt.decision.startsWith('Allowed')"],
    ['src/cli/g05.ts', "export const y = attempt.explanation === 'It helped.'"],
    [
      'src/domain/post-mortem/g06.ts',
      "export const { decision } = attempt\nexport const y = decision.split(': ')",
    ],
    ['src/domain/check/g07.ts', "export const y = baselineWords({}) === 'a week before'"],
    [
      'src/domain/check/g08.ts',
      'const words = baselineWords({})\nexport const y = /week|b7|7d/i.test(words)',
    ],
    ['src/domain/remediate/g09.ts', "export const y = statesWords({}).split('; ')"],
    ['src/app/g10.ts', "export const y = switchWords({}).indexOf('everything')"],
  ] as const
  return [
    ...caught.map(([file, code]) => ({ file, code: words + code, caughtBy: sentences })),
    {
      file: 'src/domain/ok-g1.ts',
      code: `${words}export const y = \`\${decisionSentence({})} \${baselineWords({})} \${attempt.decision}\``,
    },
    {
      file: 'src/web/ok-g2.ts',
      code: `${words}export const y = attempt.explanation === '' ? null : attempt.explanation`,
    },
    {
      file: 'src/domain/ok-g3.ts',
      code: "declare const found: { decision: { guard: string }; kind: string }\nexport const y = found.decision.guard === 'breaker' || found.kind === 'threshold'",
    },
  ]
}

describe('the fences', () => {
  let folder = ''
  let found = new Map<string, string[]>()

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'firewatch-fences-'))
    await cp(join(root, '.oxlintrc.json'), join(folder, '.oxlintrc.json'))
    await cp(join(root, 'scripts/lint'), join(folder, 'scripts/lint'), { recursive: true })
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
