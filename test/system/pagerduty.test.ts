import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { type FakeWebhook, startFakeWebhook } from '../../examples/fakes/webhook.ts'
import type { Incident } from '../../src/domain/incident/incident.ts'
import { firewatch, removeData, startUp, type UpFirewatch } from '../support/firewatch.ts'
import {
  type ClientMaker,
  installPythonClient,
  javaScriptClient,
  startTlsFront,
  type TlsFront,
} from './pagerduty/clients.ts'

const soon = { timeout: 30_000, interval: 200 }

const configuration = `
services:
  checkout: { owner: ana }
users:
  ana: { title: Primary, role: responder, contacts: [{ channel: webhook, url: '\${env:ANA_URL}' }] }
integrations:
  senders:
    javascript: { title: JavaScript, service: checkout }
    python: { title: Python, service: checkout }
    scarce: { title: Of little, limit: { alertsPerMinute: 20 } }
policies:
  wake: { steps: [{ notify: [ana], ackTimeout: 60s }], fallback: [ana] }
routes:
  - { policies: { default: wake }, groupBy: [alertname], stableFor: 1s }
`

let folder: string
let ana: FakeWebhook
let up: UpFirewatch
let url: URL
let front: TlsFront
let makers: Readonly<Record<string, ClientMaker>>
const started = new AsyncDisposableStack()

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'firewatch-pagerduty-'))
  started.defer(() => rm(folder, { recursive: true, force: true }))
  ana = started.adopt(await startFakeWebhook(), (fake) => fake.stop())
  up = started.adopt(await startUp(configuration, { ANA_URL: ana.url }), async (one) => {
    await one.stop()
    await removeData(one.dataDir)
  })
  url = new URL((await up.run()).url)
  // Both speak HTTPS only.
  front = started.adopt(await startTlsFront(folder, url), (one) => one.stop())
  makers = { javascript: javaScriptClient(front), python: await installPythonClient(folder, front) }
})
afterAll(() => started.disposeAsync())

async function keyOf(sender: string): Promise<string> {
  const { code, stdout } = await firewatch(['token', sender, '--data', up.dataDir])
  expect(code).toBe(0)
  return stdout.trim()
}

const clientOf = (language: string, key: string) => {
  const make = makers[language]
  if (make === undefined) throw new Error(`there is no client for ${language}`)
  return make(key)
}

type Listed = Incident & { readonly acknowledgedBy?: string }

/** The incidents about an alert, once they are so. */
async function incidentsOf(alertname: string, expected: readonly Partial<Listed>[]): Promise<Listed[]> {
  return vi.waitFor(async () => {
    const { incidents } = await up.api<{ incidents: Listed[] }>('GET', '/api/v1/incidents')
    const found = incidents.filter(({ labels }) => labels['alertname'] === alertname)
    expect(found).toMatchObject(expected)
    return found
  }, soon)
}

interface AlertView {
  readonly status: string
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: Readonly<Record<string, string>>
  readonly startsAt: string
}

async function alertsOf({ number }: Incident): Promise<readonly AlertView[]> {
  const { alerts } = await up.api<{ alerts: AlertView[] }>('GET', `/api/v1/incidents/INC-${number}`)
  return alerts
}

const pagesAbout = ({ number }: Incident) =>
  ana.received.filter(({ body }) => body['kind'] === 'page' && body['incident'] === `INC-${number}`)

describe.each(['javascript', 'python'])("PagerDuty's client for %s, unchanged", (language) => {
  it('opens an incident, brings it up to date, is not the one who acknowledges it, and resolves it', async () => {
    const client = clientOf(language, await keyOf(language))
    const timestamp = new Date(Date.now() - 60_000).toISOString()
    const event = {
      key: `orders/${language}`,
      payload: {
        summary: 'Orders are refused',
        source: 'db03.example.com',
        severity: 'critical',
        class: `refused-${language}`,
        timestamp,
        custom_details: { rate: 0.4, region: { name: 'eu' }, note: 'größer als sonst ☂' },
      },
      links: [{ href: 'https://wiki.example.com/orders', text: 'Runbook' }],
      images: [
        { src: 'https://charts.example.com/orders.png', alt: 'Orders', href: 'https://charts.example.com' },
      ],
    }
    expect(await client.trigger(event)).toEqual({ key: event.key })

    const [opened] = await incidentsOf(event.payload.class, [
      { state: 'open', severity: 'P1', service: 'checkout', title: 'Orders are refused (checkout)' },
    ])
    if (opened === undefined) throw new Error('there is no incident')
    await vi.waitFor(() => expect(pagesAbout(opened)).toHaveLength(1), soon)
    const labels = { source: 'db03.example.com', severity: 'critical', class: event.payload.class }
    const annotations = {
      summary: 'Orders are refused',
      rate: '0.4',
      region: '{"name":"eu"}',
      note: 'größer als sonst ☂',
      Runbook: 'https://wiki.example.com/orders',
      Orders: 'https://charts.example.com/orders.png',
      'Orders 2': 'https://charts.example.com/',
    }
    expect(await alertsOf(opened)).toMatchObject([
      { status: 'firing', labels, annotations, startsAt: timestamp },
    ])
    expect(pagesAbout(opened)[0]?.body['links']).toEqual(
      expect.arrayContaining([expect.objectContaining({ url: 'https://wiki.example.com/orders' })]),
    )

    const worse = { ...event.payload, summary: 'All orders are refused' }
    expect(await client.trigger({ ...event, payload: worse })).toEqual({ key: event.key })
    await vi.waitFor(async () => {
      expect(await alertsOf(opened)).toMatchObject([{ annotations: { summary: 'All orders are refused' } }])
    }, soon)

    expect(await client.acknowledge(event.key)).toEqual({ key: event.key })
    expect(await client.resolve('nobody-knows-it')).toEqual({ key: 'nobody-knows-it' })
    await incidentsOf(event.payload.class, [{ state: 'open', number: opened.number }])

    expect(await client.resolve(event.key)).toEqual({ key: event.key })
    await incidentsOf(event.payload.class, [{ state: 'resolved', number: opened.number }])
    expect(pagesAbout(opened)).toHaveLength(1)
  })

  it('is given a key for what has none, by which it resolves', async () => {
    const client = clientOf(language, await keyOf(language))
    const name = `unnamed-${language}`
    const payload = { summary: 'Disk is full', source: 'db04', severity: 'warning', class: name }
    const { key = '' } = await client.trigger({ payload })
    expect(key).toMatch(/^[0-9a-f]{32}$/)
    await incidentsOf(name, [{ state: 'open', severity: 'P2' }])
    expect(await client.resolve(key)).toEqual({ key })
    await incidentsOf(name, [{ state: 'resolved' }])
  })

  it('tells of a change, which wakes nobody', async () => {
    const client = clientOf(language, await keyOf(language))
    const summary = `Deployed checkout by ${language}`
    const timestamp = new Date(Date.now() - 120_000).toISOString()
    const pages = ana.received.length
    const answer = await client.change({
      summary,
      source: 'ci',
      timestamp,
      custom_details: { version: '4.2' },
      links: [{ href: 'https://ci.example.com/42', text: 'Build' }],
    })
    expect(answer.error).toBeUndefined()
    const kept = await changesCalled(summary)
    expect(kept).toEqual([
      {
        source: `integration/${language}`,
        at: new Date(timestamp),
        labels: { version: '4.2', source: 'ci', service: 'checkout' },
        links: { Build: 'https://ci.example.com/42' },
      },
    ])
    expect(ana.received).toHaveLength(pages)
  })

  it('says in its own way that a key is wrong', async () => {
    const client = clientOf(language, 'f'.repeat(32))
    const payload = { summary: 'Disk is full', source: 'db04', severity: 'warning' }
    const error = { javascript: '400 Invalid routing key', python: 'HttpError' }[language]
    expect(await client.trigger({ payload })).toMatchObject({ error })
  })

  it('comes again of itself when it is told that it sent too much', async () => {
    const key = await keyOf('scarce')
    const client = clientOf(language, key)
    const before = front.answered.length
    const sent = async (number: number) => {
      const payload = { summary: 'Noise', source: `node-${number}`, severity: 'info' }
      const body = JSON.stringify({ routing_key: key, event_action: 'trigger', payload })
      return (await fetch(new URL('/v2/enqueue', url), { method: 'POST', body })).status
    }
    // Takes whatever there is to be had until the client was left without.
    const isRefused = () => front.answered.slice(before).includes(429)
    const noise = (async () => {
      for (let number = 0; !isRefused(); number++) await sent(number)
    })()
    const summary = `Behind the noise of ${language}`
    const payload = { summary, source: 'db05', severity: 'warning', class: `behind-${language}` }
    while (!isRefused()) expect(await client.trigger({ key: summary, payload })).toEqual({ key: summary })
    await noise
    expect(front.answered.at(-1)).toBe(202)
    await incidentsOf(`behind-${language}`, [{ state: 'open' }])
  })
})

async function changesCalled(summary: string): Promise<object[]> {
  const database = new pg.Client({ connectionString: (await up.run()).databaseUrl })
  await database.connect()
  const { rows } = await database.query(
    'SELECT source, at, labels, links FROM change_events WHERE summary = $1',
    [summary],
  )
  await database.end()
  return rows
}
