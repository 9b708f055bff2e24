import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { type FakeWebhook, startFakeWebhook } from '../../examples/fakes/webhook.ts'
import type { Incident } from '../../src/domain/incident/incident.ts'
import { firewatch, removeData, startUp, type UpFirewatch } from '../support/firewatch.ts'
import { amtoolFor, startAlertmanager, startPrometheus, startToyExporter } from './alertmanager-world.ts'

const soon = { timeout: 30_000, interval: 200 }

const configuration = `
services:
  shop: { owner: ana }
users:
  ana: { title: Primary, role: responder, contacts: [{ channel: webhook, url: '\${env:ANA_URL}' }] }
integrations:
  senders:
    prometheus: { title: Prometheus }
    alertmanager: { title: Alertmanager }
policies:
  wake: { steps: [{ notify: [ana], ackTimeout: 60s }], fallback: [ana] }
routes:
  - { policies: { default: wake }, stableFor: 1s }
`

let folder: string
let ana: FakeWebhook
let up: UpFirewatch
let url: URL

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'firewatch-prometheus-'))
  ana = await startFakeWebhook()
  up = await startUp(configuration, { ANA_URL: ana.url })
  url = new URL((await up.run()).url)
})
afterAll(async () => {
  await up?.stop()
  await ana?.stop()
  if (up !== undefined) await removeData(up.dataDir)
  await rm(folder, { recursive: true, force: true })
})

async function tokenOf(sender: string): Promise<string> {
  const { code, stdout, stderr } = await firewatch(['token', sender, '--data', up.dataDir])
  expect([code, stderr]).toEqual([0, expect.anything()])
  return stdout.trim()
}

/** The incident about an alert, as soon as it is so. */
async function incidentOf(alertname: string, expected: Partial<Incident>): Promise<Incident> {
  return vi.waitFor(async () => {
    const { incidents } = await up.api<{ incidents: Incident[] }>('GET', '/api/v1/incidents')
    const found = incidents.filter(({ labels }) => labels['alertname'] === alertname)
    expect(found).toMatchObject([expected])
    return found[0] as Incident
  }, soon)
}

const pagesAbout = ({ number }: Incident) =>
  ana.received.filter(({ body }) => body['kind'] === 'page' && body['incident'] === `INC-${number}`)

describe('Prometheus', () => {
  it('sends its alerts straight here: the incident opens, is brought up to date, and resolves', async () => {
    await using started = new AsyncDisposableStack()
    const toy = started.adopt(await startToyExporter(), (one) => one.stop())
    const series = 'toy_errors{service="shop",zone="eu"}'
    toy.gauges.set(series, 7)
    started.adopt(
      await startPrometheus(folder, prometheusFor(toy.target), {
        'rules.yml': rules,
        token: await tokenOf('prometheus'),
      }),
      async ({ part }) => void (await part.end()),
    )

    const opened = await incidentOf('CheckoutErrors', { state: 'open', severity: 'P1', service: 'shop' })
    await vi.waitFor(() => expect(pagesAbout(opened)).toHaveLength(1), soon)
    const annotations = async () => {
      const alerts = await up.api<{ annotations: object; generatorURL: string }[]>('GET', '/api/v2/alerts')
      return alerts.map((alert) => [alert.annotations, alert.generatorURL])
    }
    const graph = expect.stringMatching(/^http:\/\/.*\/graph\?g0\.expr=toy_errors/)
    expect(await annotations()).toEqual([[{ summary: '7 errors in the shop' }, graph]])

    toy.gauges.set(series, 9)
    await vi.waitFor(
      async () => expect(await annotations()).toEqual([[{ summary: '9 errors in the shop' }, graph]]),
      soon,
    )
    const { alerts } = await up.api<{ alerts: { annotations: object }[] }>(
      'GET',
      `/api/v1/incidents/INC-${opened.number}`,
    )
    expect(alerts).toMatchObject([{ annotations: { summary: '9 errors in the shop' } }])

    toy.gauges.set(series, 0)
    await incidentOf('CheckoutErrors', { state: 'resolved' })
    expect(await annotations()).toEqual([])
    expect(pagesAbout(opened)).toHaveLength(1)
  })
})

describe('Alertmanager', () => {
  it('sends its notifications to the webhook: the incident opens and resolves by each alert', async () => {
    await using started = new AsyncDisposableStack()
    const alertmanager = started.adopt(
      await startAlertmanager(folder, alertmanagerFor(await tokenOf('alertmanager'))),
      async ({ part }) => void (await part.end()),
    )
    const amtool = await amtoolFor(folder, alertmanager.url)
    const add = async (...more: string[]) => {
      const alert = ['alert', 'add', 'QueueFull', 'service=shop', 'severity=warning', ...more]
      expect((await amtool(...alert)).code).toBe(0)
    }
    await add('queue=mail')
    await add('queue=orders')
    const opened = await incidentOf('QueueFull', { state: 'open', severity: 'P2' })
    const view = () =>
      up.api<{ alerts: { status: string }[] }>('GET', `/api/v1/incidents/INC-${opened.number}`)
    await vi.waitFor(async () => expect((await view()).alerts).toHaveLength(2), soon)

    const ended = new Date().toISOString().replace(/\.\d+/, '')
    await add('queue=mail', `--end=${ended}`, '--start=2020-01-01T00:00:00Z')
    await vi.waitFor(
      async () => expect((await view()).alerts.map(({ status }) => status)).toEqual(['firing', 'resolved']),
      soon,
    )
    await add('queue=orders', `--end=${ended}`, '--start=2020-01-01T00:00:00Z')
    await incidentOf('QueueFull', { state: 'resolved' })
  })
})

const rules = `
groups:
  - name: shop
    rules:
      - alert: CheckoutErrors
        expr: toy_errors > 5
        labels: { severity: critical }
        annotations: { summary: '{{ $value }} errors in the shop' }
`

const prometheusFor = (target: string) => `
global: { scrape_interval: 1s, evaluation_interval: 1s }
rule_files: [rules.yml]
alerting:
  alertmanagers:
    - scheme: http
      authorization: { type: Bearer, credentials_file: token }
      static_configs: [{ targets: ['${url.host}'] }]
scrape_configs:
  - job_name: toy
    static_configs: [{ targets: ['${target}'] }]
`

const alertmanagerFor = (token: string) => `
route: { receiver: firewatch, group_by: [alertname], group_wait: 0s, group_interval: 1s }
receivers:
  - name: firewatch
    webhook_configs:
      - url: '${url.origin}/api/v1/intake/alertmanager'
        http_config: { authorization: { type: Bearer, credentials: '${token}' } }
`
