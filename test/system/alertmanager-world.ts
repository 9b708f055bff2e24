import { execFile } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { freePort } from '../support/servers.ts'
import { createPart, type Part } from './parts.ts'

/** A server of Debian's package on loopback. */
interface Served {
  readonly url: string
  readonly part: Part
}

/** An Alertmanager that runs alone, on a configuration in YAML. */
export async function startAlertmanager(folder: string, configuration: string): Promise<Served> {
  const home = join(folder, 'alertmanager')
  await mkdir(home)
  await writeFile(join(home, 'alertmanager.yml'), configuration)
  const address = `127.0.0.1:${await freePort()}`
  const flags = {
    'config.file': join(home, 'alertmanager.yml'),
    'storage.path': join(home, 'data'),
    'web.listen-address': address,
    'cluster.listen-address': '',
    'log.level': 'error',
  }
  return serve('prometheus-alertmanager', flags, home, address)
}

/** A Prometheus that sends its alerts where its configuration says. @param files beside it, such as rules, by name */
export async function startPrometheus(
  folder: string,
  configuration: string,
  files: Readonly<Record<string, string>>,
): Promise<Served> {
  const home = join(folder, 'prometheus')
  await mkdir(home)
  for (const [name, text] of Object.entries({ 'prometheus.yml': configuration, ...files }))
    await writeFile(join(home, name), text, { mode: 0o600 })
  const address = `127.0.0.1:${await freePort()}`
  const flags = {
    'config.file': join(home, 'prometheus.yml'),
    'storage.tsdb.path': join(home, 'data'),
    'web.listen-address': address,
    'rules.alert.resend-delay': '1s',
    'log.level': 'error',
  }
  return serve('prometheus', flags, home, address)
}

async function serve(
  command: string,
  flags: Readonly<Record<string, string>>,
  home: string,
  address: string,
): Promise<Served> {
  const url = `http://${address}`
  const part = createPart({
    command: `/usr/bin/${command}`,
    args: Object.entries(flags).map(([name, value]) => `--${name}=${value}`),
    env: { HOME: home, PATH: process.env['PATH'] },
    cwd: home,
    isReady: async () => (await fetch(`${url}/-/ready`)).ok,
  })
  await part.start()
  return { url, part }
}

/** What amtool answered. */
interface AmtoolAnswer {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

export type Amtool = (...args: readonly string[]) => Promise<AmtoolAnswer>

/**
 * Debian's amtool on one server. It reads nobody's settings.
 * @param token for a server that asks for one
 */
export async function amtoolFor(folder: string, url: string, token?: string): Promise<Amtool> {
  const home = join(folder, `amtool-${new URL(url).port}`)
  await mkdir(home)
  const options = [`--alertmanager.url=${url}`]
  if (token !== undefined) {
    const file = join(home, 'http.yml')
    const settings = { authorization: { type: 'Bearer', credentials: token } }
    await writeFile(file, JSON.stringify(settings), { mode: 0o600 })
    options.push(`--http.config.file=${file}`)
  }
  const env = { HOME: home, USER: 'ana', TZ: 'UTC', PATH: process.env['PATH'] }
  return (...args) =>
    new Promise((resolve) => {
      execFile('/usr/bin/amtool', [...options, ...args], { env, cwd: home }, (error, stdout, stderr) => {
        resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr })
      })
    })
}

/** A program whose gauges a test sets. */
interface ToyExporter {
  /** `host:port`, as Prometheus names its targets. */
  readonly target: string
  /** By series, such as `toy_errors{service="shop"}`. */
  readonly gauges: Map<string, number>
  stop(): Promise<void>
}

export async function startToyExporter(): Promise<ToyExporter> {
  const gauges = new Map<string, number>()
  const server = createServer((_request, response) => {
    response.setHeader('content-type', 'text/plain; version=0.0.4')
    response.end([...gauges].map(([series, value]) => `${series} ${value}\n`).join(''))
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  return {
    target: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    gauges,
    stop: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}
