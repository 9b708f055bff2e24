import { readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { unreadableReason } from '../config/reason.ts'
import { CommandFailed, exitCodes } from './command-failed.ts'

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

/** `undefined` when no Firewatch runs on this data directory. @throws CommandFailed for a file that cannot be read, or is not one of ours */
export async function readRunFile(dataDir: string): Promise<RunFile | undefined> {
  const path = pathOf(dataDir)
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined
    throw new CommandFailed(`${path} cannot be read: ${unreadableReason(error)}`, exitCodes.unreachable)
  })
  const read = text === undefined ? undefined : RunFile.safeParse(jsonOf(text))
  if (read === undefined || read.success) return read?.data
  throw new CommandFailed(
    `${path} is not what "firewatch up" of this version writes: start it again`,
    exitCodes.unreachable,
  )
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

export async function removeRunFile(dataDir: string): Promise<void> {
  await rm(pathOf(dataDir), { force: true })
}

function pathOf(dataDir: string): string {
  return join(dataDir, 'run.json')
}
