import { readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'

const RunFile = z.object({
  pid: z.number().int(),
  url: z.string(),
  token: z.string(),
  temporalAddress: z.string(),
  temporalUiUrl: z.string().exactOptional(),
  databaseUrl: z.string(),
  clickhouseUrl: z.string(),
  /** Process ids of what `up` keeps running, by name. */
  processes: z.record(z.string(), z.number()),
})

/** Where a running Firewatch is, and the token to talk to it: `run.json` in its data directory, readable by its owner only. */
export type RunFile = z.infer<typeof RunFile>

export async function writeRunFile(dataDir: string, run: RunFile): Promise<void> {
  const path = pathOf(dataDir)
  await writeFile(`${path}.new`, `${JSON.stringify(run, null, 2)}\n`, { mode: 0o600 })
  await rename(`${path}.new`, path)
}

/** `undefined` when no Firewatch runs on this data directory. */
export async function readRunFile(dataDir: string): Promise<RunFile | undefined> {
  const text = await readFile(pathOf(dataDir), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
  return text === undefined ? undefined : RunFile.parse(JSON.parse(text))
}

export async function removeRunFile(dataDir: string): Promise<void> {
  await rm(pathOf(dataDir), { force: true })
}

function pathOf(dataDir: string): string {
  return join(dataDir, 'run.json')
}
