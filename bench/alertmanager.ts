import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startAlertmanager } from '../test/system/alertmanager-world.ts'

/** Debian's Alertmanager with one webhook, and when it told of each alert, by `performance.now()`. */
export interface MeasuredAlertmanager {
  readonly url: string
  /** By `alertname` and `instance`, the first time. */
  readonly toldAt: ReadonlyMap<string, number>
  stop(): Promise<void>
}

/** What two alerts are told apart by here. */
export function nameOf({ alertname = '', instance = '' }: Readonly<Record<string, string>>): string {
  return `${alertname}/${instance}`
}

/** @param groupWait absent: what Alertmanager does where nothing is said */
export async function startMeasuredAlertmanager(groupWait?: string): Promise<MeasuredAlertmanager> {
  const toldAt = new Map<string, number>()
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const at = performance.now()
      const { alerts } = JSON.parse(Buffer.concat(chunks).toString()) as Notification
      for (const { labels } of alerts) if (!toldAt.has(nameOf(labels))) toldAt.set(nameOf(labels), at)
      response.end()
    })
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const hook = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  const folder = await mkdtemp(join(tmpdir(), 'firewatch-bench-alertmanager-'))
  const wait = groupWait === undefined ? '' : `, group_wait: ${groupWait}`
  const { url, part } = await startAlertmanager(
    folder,
    `route: { receiver: hook, group_by: [alertname]${wait} }
receivers: [{ name: hook, webhook_configs: [{ url: '${hook}', max_alerts: 0 }] }]
`,
  )
  return {
    url,
    toldAt,
    async stop() {
      await part.end()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      await rm(folder, { recursive: true, force: true })
    },
  }
}

interface Notification {
  readonly alerts: readonly { readonly labels: Readonly<Record<string, string>> }[]
}
