import { spawn } from 'node:child_process'
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Client, Connection } from '@temporalio/client'
import { scenarios } from '../../examples/feed/scenarios.ts'
import { lockDataDirectory } from '../../src/embedded/data-directory.ts'
import { startEmbedded } from '../../src/embedded/embedded-servers.ts'
import * as workflows from '../../workflows/index.ts'
import { removeData } from './firewatch.ts'
import { fileOf, historiesFolder, historyToJson, type RecordedHistory, recordedStories } from './histories.ts'
import { liveThrough } from './history-stories.ts'

const checkout = fileURLToPath(new URL('../../', import.meta.url))
const demo = fileURLToPath(new URL('../../examples/feed/demo.ts', import.meta.url))
/** Checks run every few seconds and all alike: the first ones that found something and the first ones that did not say enough. */
const checkRunsKept = 2

const ours = Object.keys(workflows)

const wanted = process.argv.slice(2)
const unknown = wanted.filter((story) => !recordedStories.includes(story))
if (unknown.length > 0)
  throw new Error(`there is no story ${unknown.join(', ')}; there are ${recordedStories.join(', ')}`)
await mkdir(historiesFolder, { recursive: true })
for (const story of wanted.length > 0 ? wanted : recordedStories) await record(story)

/** Lives through a story, and keeps what its Temporal then knows. */
async function record(story: string): Promise<void> {
  const dataDir = await mkdtemp(join(tmpdir(), 'firewatch-histories-'))
  try {
    process.stderr.write(`${story} …\n`)
    await (scenarios[story] === undefined ? liveThrough(story, dataDir) : tellDemo(story, dataDir))
    const histories = await historiesIn(dataDir)
    const lines = histories.map((one) => withoutThisMachine(JSON.stringify(one)))
    // One workflow a line: a new recording then shows which of them changed.
    await writeFile(fileOf(story), `[\n${lines.join(',\n')}\n]\n`)
    process.stderr.write(`${story}: ${histories.map(({ workflowId }) => workflowId).join(', ')}\n`)
  } finally {
    await removeData(dataDir)
  }
}

async function tellDemo(story: string, dataDir: string): Promise<void> {
  const child = spawn(process.execPath, [demo, '--scenario', story, '--data', dataDir], {
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  const code = await new Promise((resolve, reject) => child.once('error', reject).once('exit', resolve))
  if (code !== 0) throw new Error(`the story ${story} did not come true: it ended with ${String(code)}`)
}

/** Everything has ended by now; its Temporal alone is started again, on the same data. */
async function historiesIn(dataDir: string): Promise<RecordedHistory[]> {
  const lock = await lockDataDirectory(dataDir)
  const nobody = { DATABASE_URL: 'postgres://nobody', CLICKHOUSE_URL: 'http://nobody' }
  const servers = await startEmbedded({ lock, env: { ...process.env, ...nobody }, log: () => undefined })
  const connection = await Connection.connect({ address: servers.temporal.address })
  try {
    return await fetchAll(new Client({ connection }))
  } finally {
    await connection.close()
    await servers.stop()
    lock.release()
  }
}

async function fetchAll(client: Client): Promise<RecordedHistory[]> {
  const found: { startTime: Date; recorded: RecordedHistory }[] = []
  for await (const { workflowId, runId, type, startTime, status } of client.workflow.list()) {
    // Temporal's own workflows, of the schedules, are not ours to replay.
    if (!ours.includes(type)) continue
    const history = await client.workflow.getHandle(workflowId, runId).fetchHistory()
    const recorded = { workflowId, type, status: status.name, history: historyToJson(history) }
    found.push({ startTime, recorded })
  }
  const inOrder = found.toSorted((a, b) => a.startTime.getTime() - b.startTime.getTime())
  const checkRuns = Map.groupBy(
    inOrder.filter(({ recorded }) => recorded.type === 'checkShard'),
    ({ recorded }) => `${recorded.workflowId.split('-')[0]} ${recorded.history.events.length}`,
  )
  const kept = new Set([...checkRuns.values()].flatMap((runs) => runs.slice(0, checkRunsKept)))
  return inOrder
    .filter((one) => one.recorded.type !== 'checkShard' || kept.has(one))
    .map(({ recorded }) => recorded)
}

/** Which process on which machine did it says nothing to a replay. */
function withoutThisMachine(json: string): string {
  return json.replaceAll(/"identity":"[^"]*"/g, '"identity":"recorded"').replaceAll(checkout, '')
}
