#!/usr/bin/env node
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { constants } from 'node:os'
import { fileURLToPath } from 'node:url'

/* Runs the command line on the Node among the project's packages, whatever Node starts this file. */

const RUNS_TYPESCRIPT = 24

const projectNode = fileURLToPath(new URL('../node_modules/node/bin/node', import.meta.url))
const main = fileURLToPath(new URL('../src/app/main.ts', import.meta.url))

const node = existsSync(projectNode)
  ? projectNode
  : Number.parseInt(process.versions.node, 10) >= RUNS_TYPESCRIPT
    ? process.execPath
    : undefined
if (node === undefined) {
  process.stderr.write(
    'firewatch: the packages are not installed; run `npm run setup` in the checkout first.\n',
  )
  process.exit(1)
}

// What Node made of the sources is kept: the next start takes half the time, and the types need not be taken out again. Where it cannot be written, Node does without.
const compiled = fileURLToPath(new URL('../node_modules/.cache/firewatch/compiled', import.meta.url))
const env = { NODE_COMPILE_CACHE: compiled, ...process.env }
const child = spawn(node, [main, ...process.argv.slice(2)], { stdio: 'inherit', env })

// At a terminal Ctrl-C reaches the child by itself: sent on as well, it would count as a second one.
process.on('SIGINT', () => process.stdin.isTTY || child.kill('SIGINT'))
process.on('SIGTERM', () => child.kill('SIGTERM'))
process.on('SIGHUP', () => child.kill('SIGHUP'))

child.once('error', (error) => {
  process.stderr.write(`firewatch: cannot start ${node}: ${error.message}\n`)
  process.exit(1)
})
child.once('exit', (code, signal) => process.exit(code ?? 128 + constants.signals[signal]))
