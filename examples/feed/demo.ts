import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { loadConfiguration } from '../../src/config/load.ts'
import { startFirewatch } from '../../src/app/firewatch.ts'
import { readRunFile } from '../../src/cli/run-file.ts'
import { ownDataDirectory } from '../../src/app/up.ts'
import { startEmbedded } from '../../src/embedded/embedded-servers.ts'
import { recordedTitle, tellRecorded } from '../recorded/story.ts'
import { emptyFolder, links } from '../stage.ts'
import { backfill } from './backfill.ts'
import { createNarrator } from './narrator.ts'
import { startPagers } from './pagers.ts'
import { scenarios, type Outcome, type Scenario } from './scenarios.ts'
import { tellStory } from './story.ts'
import { startFeedWorld } from './world.ts'

const configPath = new URL('./firewatch.yaml', import.meta.url).pathname

/** Things to end, in the opposite order in which they were started. */
const ends: (() => unknown)[] = []

const { values } = parseArgs({
  options: {
    scenario: { type: 'string', default: 'heals' },
    data: { type: 'string', default: join('.firewatch', 'demo') },
    json: { type: 'boolean', default: false },
    keep: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  },
})

/** All stories: those of the feed, and the recording. */
const titles: Readonly<Record<string, string>> = {
  ...Object.fromEntries(Object.entries(scenarios).map(([name, { title }]) => [name, title])),
  recorded: recordedTitle,
}

const tell = (line: string) => process.stderr.write(`${line}\n`)

/** Before the story is told, what runs is ended half-way; afterwards it is what the reader waits for. */
let whenToldToEnd: (code: number) => void = (code) => void endAll().then(() => process.exit(code))
process.once('SIGINT', () => whenToldToEnd(130))
process.once('SIGTERM', () => whenToldToEnd(143))

try {
  process.exitCode = await demo()
  if (values.keep && ends.length > 0) await keepRunning()
} catch (error) {
  tell(error instanceof Error ? (error.stack ?? error.message) : String(error))
  process.exitCode = 1
} finally {
  await endAll()
}

/** Tells one story from start to end. 0 only if all of it came true. */
async function demo(): Promise<number> {
  if (values.help) {
    process.stdout.write(helpText())
    return 0
  }
  if (values.scenario === 'recorded') return tellRecorded({ ...values, tell, atEnd: (end) => ends.push(end) })
  const scenario = scenarios[values.scenario]
  if (scenario === undefined) {
    const names = Object.keys(titles).join(', ')
    tell(`there is no scenario "${values.scenario}"; there are ${names}`)
    return 2
  }
  tell(`\n${scenario.title}\n`)
  const outcome = await play(scenario)
  const kept = scenario.expectations.map(({ what, holds }) => ({ what, holds: holds(outcome) }))
  tell('')
  for (const { what, holds } of kept) tell(`  ${holds ? '✓' : '✗'} ${what}`)
  const whole = kept.every(({ holds }) => holds)
  tell(whole ? '\nThe whole story came true.' : '\nThe story went otherwise.')
  tell(`Review: ${join(resolve(values.data), 'reviews', `INC-${outcome.incident.number}.md`)}\n`)
  if (values.json) process.stdout.write(`${JSON.stringify(outcome)}\n`)
  return whole ? 0 : 1
}

/** Firewatch and its world go on until Ctrl-C. The log-in link that was shown at the beginning may have been used: this is another. */
async function keepRunning(): Promise<void> {
  const toldToEnd = new Promise<void>((done) => {
    whenToldToEnd = () => done()
  })
  const { url, token } = (await readRunFile(resolve(values.data))) ?? {}
  if (url === undefined) throw new Error(`no Firewatch runs on ${values.data} any more`)
  const response = await fetch(new URL('/api/v1/login-links', url), {
    method: 'POST',
    headers: { authorization: `Bearer ${token}` },
  })
  const { path } = (await response.json()) as { path: string }
  tell(`Firewatch goes on running, with all that happened.
  console      ${url}/incidents
  log in once  ${new URL(path, url).href}
  another link npx firewatch login --data ${values.data}
  what it did  npx firewatch show INC-1 --data ${values.data}
  data         ${resolve(values.data)}, kept until the next demo
Ctrl-C ends it.`)
  await toldToEnd
  tell('stopping …')
}

async function play(scenario: Scenario): Promise<Outcome> {
  const configuration = await loadConfiguration(configPath)
  const lock = await ownDataDirectory(values.data)
  ends.push(() => lock.release())
  await emptyFolder(lock.dir)

  tell('starting Temporal, PostgreSQL and ClickHouse …')
  const servers = await startEmbedded({ lock, env: process.env, log: tell })
  ends.push(() => servers.stop())
  tell('starting the feed service, its users and the pagers …')
  const world = await startFeedWorld({
    databaseUrl: servers.postgres.url,
    clickhouseUrl: servers.clickhouse.url,
    log: () => undefined,
  })
  ends.push(() => world.stop())
  const { rows } = await backfill({ clickhouseUrl: servers.clickhouse.url, now: world.liveFrom })
  const pagers = await startPagers()
  ends.push(() => pagers.stop())

  tell(`starting Firewatch (history: ${rows} rows) …`)
  const env = {
    ...process.env,
    ...pagers.env,
    FEED_DEMO_ADMIN_URL: world.serviceUrl,
    FEED_DEMO_ADMIN_TOKEN: world.adminToken,
    FEED_DEMO_SUPERVISOR_URL: world.supervisorUrl,
  }
  const firewatch = await startFirewatch({
    configPath,
    configuration,
    dataDir: lock.dir,
    servers,
    env,
    port: 0,
    tell,
  })
  ends.push(() => firewatch.stop())
  tell(links(firewatch, servers.temporal.uiUrl))
  return tellStory({
    scenario,
    world,
    pagers,
    firewatch,
    worker: async () => {
      const pid = (await readRunFile(lock.dir))?.processes['worker']
      if (pid === undefined) throw new Error(`no worker runs on ${lock.dir}`)
      return pid
    },
    createNarrator: () => createNarrator(tell, Date.now),
  })
}

function helpText(): string {
  const stories = Object.entries(titles).map(([name, title]) => `  ${name.padEnd(10)} ${title}`)
  return `npm run demo -- [--scenario NAME] [--keep] [--data DIRECTORY] [--json]

Tells one story from start to end, on everything real but the pagers. The exit code is 0 only if all of it came true.

Scenarios:
${stories.join('\n')}

  --scenario NAME    the story, "heals" unless given
  --keep             go on running after the story, to look round in the console, until Ctrl-C
  --data DIRECTORY   where everything is kept, "${join('.firewatch', 'demo')}" unless given; it is emptied first
  --json             print what is known at the end as JSON on standard output
`
}

async function endAll(): Promise<void> {
  for (const end of ends.splice(0).toReversed()) await end()
}
