import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { loadConfiguration } from '../../src/config/load.ts'
import { readMapped } from '../../src/intake/json-map.ts'
import { createJsonMapEvaluator } from '../../src/intake/json-map-evaluator.ts'
import { world } from '../config/world.ts'

const documentation = await readFile(new URL('../../docs/integrations.md', import.meta.url), 'utf8')
const evaluator = createJsonMapEvaluator()
afterAll(() => evaluator.close())

const rest = `
users: { ana: { contacts: [{ channel: webhook, url: https://pager.example/ana }] } }
policies: { standard: { steps: [{ notify: [ana] }] } }
routes: [{ policies: { default: standard } }]
`

const blocksOf = (text: string, language: string) =>
  [...text.matchAll(new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\``, 'gm'))].map(([, block = '']) => block)

async function sendersOf(yaml: string) {
  const folder = await world({ 'firewatch.yaml': rest + yaml })
  return Object.values((await loadConfiguration(join(folder, 'firewatch.yaml'))).integrations?.senders ?? {})
}

/** What the documented map makes of the documented body. */
async function example(title: string, changed: (body: Record<string, never>) => object = (body) => body) {
  const section = documentation.split('### Example: ').find((part) => part.startsWith(title)) ?? ''
  const [sender] = await sendersOf(blocksOf(section, 'yaml')[0] ?? '')
  if (sender?.kind !== 'json') throw new Error(`${title} has no map`)
  const body = changed(JSON.parse(blocksOf(section, 'json')[0] ?? '') as Record<string, never>)
  const answer = await evaluator.evaluate({ map: sender.map, body })
  const now = new Date('2026-03-02T03:04:05Z')
  const source = `integration/${sender.name}`
  const { alerts, problems } = readMapped(answer, sender.name, { source, now, newId: () => 'id-1' })
  expect(problems).toEqual([])
  return alerts
}

describe('the documentation of senders', () => {
  it('has configurations that load', async () => {
    const senders = await Promise.all(blocksOf(documentation, 'yaml').map(sendersOf))
    expect(new Set(senders.flat().map(({ kind }) => kind))).toEqual(
      new Set(['grafana', 'sns', 'sentry', 'github', 'gitlab', 'json']),
    )
  })

  it('says how Uptime Kuma is read', async () => {
    expect(await example('Uptime Kuma')).toEqual([
      {
        source: 'integration/kuma',
        fingerprint: 'monitor/7',
        eventId: 'integration/kuma/monitor/7/2026-03-02T03:00:00.123Z/firing',
        status: 'firing',
        labels: {
          alertname: 'MonitorDown',
          service: 'shop',
          severity: 'critical',
          monitor: 'https://shop.example.org',
        },
        annotations: { title: 'shop is down', summary: '[shop] [Down] timeout of 48000ms exceeded' },
        startsAt: '2026-03-02T03:00:00.123Z',
      },
    ])
    const up = await example('Uptime Kuma', (body) => ({
      ...body,
      heartbeat: { status: 1, time: '2026-03-02 03:02:00' },
    }))
    expect(up).toMatchObject([
      { fingerprint: 'monitor/7', status: 'resolved', endsAt: '2026-03-02T03:02:00.000Z' },
    ])
  })

  it('says how Zabbix is read', async () => {
    expect(await example('Zabbix')).toMatchObject([
      {
        fingerprint: 'event/5012',
        status: 'firing',
        labels: { alertname: 'Free space is less than 10 %', host: 'db1', severity: 'High', service: 'shop' },
        annotations: { title: 'Free space is less than 10 % on db1' },
        startsAt: '2026-03-02T03:00:00.000Z',
      },
    ])
    const over = await example('Zabbix', (body) => ({ ...body, value: '0', r_clock: '1772420520' }))
    expect(over).toMatchObject([
      { fingerprint: 'event/5012', status: 'resolved', endsAt: '2026-03-02T03:02:00.000Z' },
    ])
  })
})
