import { readFile } from 'node:fs/promises'
import { userInfo } from 'node:os'
import { parseArgs } from 'node:util'
import { createFaults, type FaultName, faultNames, type WorldAddress } from './faults.ts'
import { defaultRunFile } from './world.ts'

const usage = `node examples/feed/fault.ts COMMAND [--run-file=FILE] [--actor=NAME]

  poison-cache   the cache hides almost all posts on iOS; a flush or a restart cures it
  hang           every connection to PostgreSQL is stuck; a restart cures it
  bad-config     the ranking configuration hides almost all posts on iOS; only changing it back cures that
  fix-config     a person changes it back; their name is stored with it
  clear          undoes whatever is wrong
  status         what is wrong

FILE is what a running world wrote down about itself, by default ${defaultRunFile}.`

async function readAddress(file: string): Promise<WorldAddress> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new Error(
      `no world of the feed runs here: ${file} cannot be read. Start one, or name its file with --run-file`,
      { cause },
    )
  })
  return JSON.parse(text) as WorldAddress
}

function isFault(command: string | undefined): command is FaultName {
  return faultNames.some((name) => name === command)
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      'run-file': { type: 'string', default: defaultRunFile },
      actor: { type: 'string', default: userInfo().username },
    },
  })
  const [command] = positionals
  const known = isFault(command) || ['fix-config', 'clear', 'status'].includes(command ?? '')
  if (!known || positionals.length !== 1) {
    console.error(usage)
    process.exitCode = 2
    return
  }
  const faults = createFaults(await readAddress(values['run-file']))
  if (isFault(command)) await faults.start(command)
  if (command === 'fix-config') await faults.fixConfig(values.actor)
  if (command === 'clear') await faults.clear(values.actor)
  const status = await faults.status()
  for (const name of faultNames) console.log(`${name.padEnd(14)} ${status[name] ? 'yes' : 'no'}`)
}

await main()
