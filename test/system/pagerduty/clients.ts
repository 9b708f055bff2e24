import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { request } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { selfSigned } from '../../support/certificate.ts'

const execute = promisify(execFile)
const beside = (file: string) => new URL(file, import.meta.url).pathname

/** What came of a call: the key of the alert, or how the client told what went wrong. */
export interface Answer {
  readonly key?: string
  readonly error?: string
}

/** What is wrong, by the fields of PagerDuty's `payload`, and what belongs to it. */
export interface Trigger {
  readonly key?: string
  readonly payload: {
    readonly summary: string
    readonly source: string
    readonly severity: string
    readonly class?: string
    readonly timestamp?: string
    readonly custom_details?: object
  }
  readonly links?: readonly object[]
  readonly images?: readonly object[]
}

export interface Change {
  readonly summary: string
  readonly source: string
  readonly timestamp: string
  readonly custom_details: object
  readonly links: readonly object[]
}

/** PagerDuty's own client, as it is published, with one integration key. */
export interface PagerDutyClient {
  trigger(event: Trigger): Promise<Answer>
  acknowledge(key: string): Promise<Answer>
  resolve(key: string): Promise<Answer>
  change(change: Change): Promise<Answer>
}

/** Makes a client with an integration key. */
export type ClientMaker = (integrationKey: string) => PagerDutyClient

/** `@pagerduty/pdjs` */
export function javaScriptClient({ host, certificateFile }: TlsFront): ClientMaker {
  const env = { PATH: process.env['PATH'], NODE_EXTRA_CA_CERTS: certificateFile }
  return (routing_key) => {
    const call = async (name: string, data: object): Promise<Answer> => {
      const asked = JSON.stringify({ server: host, call: name, data: { routing_key, ...data } })
      const { stdout } = await execute(process.execPath, [beside('events.ts'), asked], { env })
      const { status, answer } = JSON.parse(stdout)
      return status === 202 ? { key: answer.dedup_key } : { error: `${status} ${answer.errors}` }
    }
    return {
      trigger: ({ key, ...event }) => call('trigger', { dedup_key: key, ...event }),
      acknowledge: (dedup_key) => call('acknowledge', { dedup_key }),
      resolve: (dedup_key) => call('resolve', { dedup_key }),
      change: ({ links, ...payload }) => call('change', { payload, links }),
    }
  }
}

/** `pagerduty`, the client for Python, installed by pip into the folder. */
export async function installPythonClient(
  folder: string,
  { host, certificateFile }: TlsFront,
): Promise<ClientMaker> {
  const packages = join(folder, 'python')
  const only = ['--quiet', '--no-deps', '--only-binary=:all:', '--require-hashes', '--no-compile']
  const pip = ['-m', 'pip', 'install', ...only, '--target', packages, '-r', beside('requirements.txt')]
  await execute('python3', pip, { env: { ...process.env, PIP_DISABLE_PIP_VERSION_CHECK: '1' } })
  const env = { PATH: process.env['PATH'], PYTHONPATH: packages, SSL_CERT_FILE: certificateFile }
  return (key) => {
    const call = async (name: string, data: object): Promise<Answer> => {
      const asked = JSON.stringify({ url: `https://${host}`, key, call: name, data })
      const { stdout } = await execute('python3', [beside('events.py'), asked], { env })
      return JSON.parse(stdout)
    }
    return {
      trigger: ({ key: dedup_key, payload, ...more }) => {
        const { summary, source, severity, custom_details, ...others } = payload
        const named = { summary, source, severity, custom_details, dedup_key }
        return call('trigger', { ...named, payload: others, ...more })
      },
      acknowledge: (dedup_key) => call('acknowledge', { dedup_key }),
      resolve: (dedup_key) => call('resolve', { dedup_key }),
      change: (change) => call('submit', change),
    }
  }
}

/** A server on loopback that ends TLS, as in production one stands before Firewatch. */
export interface TlsFront {
  /** As its certificate names it, with the port. */
  readonly host: string
  /** What programs trust that go to it. */
  readonly certificateFile: string
  /** The statuses that it brought back, in their order. */
  readonly answered: readonly number[]
  stop(): Promise<void>
}

/** @param to where it passes requests on, in plain HTTP */
export async function startTlsFront(folder: string, to: URL): Promise<TlsFront> {
  const day = 24 * 3_600_000
  const certificate = selfSigned(new Date(Date.now() - day), new Date(Date.now() + day), 'localhost')
  const certificateFile = join(folder, 'front.pem')
  await writeFile(certificateFile, certificate.pem)
  const key = certificate.privateKey.export({ type: 'pkcs8', format: 'pem' })
  const answered: number[] = []
  const server = createServer({ key, cert: certificate.pem }, (incoming, outgoing) => {
    const { method = '', url = '', headers } = incoming
    const onward = request(new URL(url, to), { method, headers }, (answer) => {
      answered.push(answer.statusCode ?? 502)
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(outgoing)
    })
    onward.once('error', () => outgoing.destroy())
    incoming.pipe(onward)
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return {
    certificateFile,
    answered,
    host: `localhost:${(server.address() as AddressInfo).port}`,
    async stop() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
