import { readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import pino from 'pino'
import { type Engine, openEngine } from './engine.ts'
import { createHandler } from './http.ts'
import { errorMessage } from '../domain/values/error-message.ts'

/** Exit code when another process has the data directory. */
const exitOwned = 3
const exitUsage = 2

/** Longer than clients keep idle sockets, so that they never reuse one that is being closed. */
const keepAliveTimeoutMs = 30_000
/** Parameters travel in the URL; ClickHouse takes 1 MiB too. */
const maxHeaderBytes = 1024 * 1024
const farewellMs = 2_000

const log = pino({ name: 'chdb' }, pino.destination({ dest: 2, sync: true }))

const { path, port, host, password } = readArguments()
const engine = open(path)
const server = createServer({ maxHeaderSize: maxHeaderBytes, keepAliveTimeout: keepAliveTimeoutMs })
const handle = createHandler({
  engine,
  password,
  hostNames: hostNamesOf(host),
  log: (entry) => log.warn(entry),
})
server.on('request', (request, response) => {
  handle(request, response).catch((error: unknown) => {
    log.error({ err: error }, 'request failed')
    response.destroy()
  })
})
server.on('error', (error) => {
  log.fatal(`cannot listen on ${host}:${port}: ${error.message}`)
  process.exit(1)
})
server.listen(port, host, () => {
  const { port: actual } = server.address() as AddressInfo
  log.info({ path, host, port: actual }, 'ready')
  process.stdout.write(`${JSON.stringify({ ready: true, port: actual })}\n`)
})

for (const signal of ['SIGTERM', 'SIGINT'] as const)
  process.once(signal, () => {
    log.info({ signal }, 'stopping')
    void stop(server, engine).then(() => process.exit(0))
  })

/** Queries that were accepted come first, then their answers have a moment to leave. */
async function stop(listening: Server, running: Engine): Promise<void> {
  const closed = new Promise((done) => listening.close(done))
  await running.close()
  const sweep = setInterval(() => listening.closeIdleConnections(), 20)
  const cut = setTimeout(() => listening.closeAllConnections(), farewellMs)
  await closed
  clearInterval(sweep)
  clearTimeout(cut)
}

function readArguments() {
  const { values } = parseArgs({
    options: {
      path: { type: 'string' },
      port: { type: 'string' },
      host: { type: 'string', default: '127.0.0.1' },
      'password-file': { type: 'string' },
    },
  })
  const { path: directory, 'password-file': passwordFile } = values
  const wanted = Number(values.port)
  if (
    directory === undefined ||
    values.port === undefined ||
    passwordFile === undefined ||
    !(wanted >= 0 && wanted <= 65_535)
  ) {
    log.fatal('usage: server.ts --path DIRECTORY --port NUMBER --password-file FILE [--host ADDRESS]')
    return process.exit(exitUsage)
  }
  return { path: resolve(directory), port: wanted, host: values.host, password: readPassword(passwordFile) }
}

/** An empty password would open the server to everybody on the machine. */
function readPassword(file: string): string {
  try {
    const text = readFileSync(file, 'utf8').trim()
    if (text !== '') return text
    log.fatal(`${file} holds no password: put one into it, or remove it and start Firewatch again`)
  } catch (error) {
    log.fatal(`the password file cannot be read: ${(error as Error).message}`)
  }
  return process.exit(exitUsage)
}

function open(directory: string): Engine {
  try {
    return openEngine(directory)
  } catch (error) {
    const owner = ownerOf(directory)
    if (owner !== undefined) {
      log.fatal(`${directory} is in use by process ${owner}: end it first, or choose another --path`)
      process.exit(exitOwned)
    }
    // The engine writes its own reason to stderr.
    log.fatal(`cannot open ${directory}: ${errorMessage(error)}`)
    return process.exit(1)
  }
}

/** ClickHouse notes its process in `status` and keeps that file locked. */
function ownerOf(directory: string): number | undefined {
  try {
    const owner = Number(/^PID: (\d+)$/m.exec(readFileSync(join(directory, 'status'), 'utf8'))?.[1])
    process.kill(owner, 0)
    return owner
  } catch {
    // No such file or no such process: something else is wrong with the directory.
    return undefined
  }
}

function hostNamesOf(address: string): readonly string[] | 'any' {
  return address === '0.0.0.0' || address === '::' ? 'any' : [address]
}
