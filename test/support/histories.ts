import { readdir, readFile } from 'node:fs/promises'
import proto from '@temporalio/proto'
import { scenarios } from '../../examples/feed/scenarios.ts'

export const historiesFolder = new URL('../histories/', import.meta.url)

/**
 * The stories whose workflows are kept: those of the demo, and what people and re-fires do. The demo's `recorded` is walked by `check replay`,
 * which runs no workflow.
 */
export const recordedStories: readonly string[] = [
  ...Object.keys(scenarios),
  'resolved-by-a-person',
  'fires-again',
]

/** A workflow of a story, as Temporal keeps it. */
export interface RecordedHistory {
  readonly workflowId: string
  readonly type: string
  /** Of this run: `COMPLETED`, `CONTINUED_AS_NEW` … */
  readonly status: string
  readonly history: { readonly events: readonly RecordedEvent[] }
}

interface RecordedEvent {
  readonly eventType: string
}

type History = proto.temporal.api.history.v1.IHistory

/**
 * By the protocol's own names. The SDK's `historyToJSON` cannot be used: it fails ("type must be a Type") where its packages have a copy of
 * protobufjs each.
 */
export function historyToJson(history: History): RecordedHistory['history'] {
  const { History: HistoryMessage } = proto.temporal.api.history.v1
  const options = { longs: String, enums: String, bytes: String }
  return HistoryMessage.toObject(HistoryMessage.fromObject(history), options) as RecordedHistory['history']
}

export function historyFromJson(history: RecordedHistory['history']): History {
  return proto.temporal.api.history.v1.History.fromObject(history)
}

/** Empty when the story was never recorded. */
export async function historiesOf(story: string): Promise<RecordedHistory[]> {
  const text = await readFile(fileOf(story), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '[]'
    throw error
  })
  return JSON.parse(text) as RecordedHistory[]
}

/** Names of the stories that there is a file of. */
export async function storiesOnDisk(): Promise<string[]> {
  return (await readdir(historiesFolder)).flatMap((name) =>
    name.endsWith('.json') ? [name.slice(0, -'.json'.length)] : [],
  )
}

export function fileOf(story: string): URL {
  return new URL(`${story}.json`, historiesFolder)
}
