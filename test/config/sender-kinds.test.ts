import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { loadConfiguration } from '../../src/config/load.ts'
import { asWritten } from '../../src/domain/configuration/as-written.ts'
import { world } from './world.ts'

const rest = `
users: { ana: { contacts: [{ channel: webhook, url: https://pager.example/ana }] } }
policies: { standard: { steps: [{ notify: [ana] }] } }
routes: [{ policies: { default: standard } }]
`

async function sendersOf(written: string) {
  const folder = await world({ 'firewatch.yaml': `${rest}integrations: { senders: { x: ${written} } }` })
  return loadConfiguration(join(folder, 'firewatch.yaml'))
}

describe('a sender in firewatch.yaml', () => {
  it.each<[string, object]>([
    ['{}', { title: 'x' }],
    ['{ kind: token, title: X }', { title: 'X' }],
    [
      '{ kind: grafana, secret: "${env:G}", timestampHeader: X-Grafana-Alerting-Timestamp }',
      { title: 'x', kind: 'grafana', secret: '${env:G}', timestampHeader: 'X-Grafana-Alerting-Timestamp' },
    ],
    [
      '{ kind: json, map: { labels: "{ \\"alertname\\": monitor.name }" } }',
      { title: 'x', kind: 'json', map: { labels: '{ "alertname": monitor.name }' } },
    ],
    [
      '{ kind: sns, topics: [arn:aws-cn:sns:cn-north-1:123456789012:alarms] }',
      { title: 'x', kind: 'sns', topics: ['arn:aws-cn:sns:cn-north-1:123456789012:alarms'] },
    ],
    ['{ kind: sentry, secret: "${file:/s}" }', { title: 'x', kind: 'sentry', secret: '${file:/s}' }],
    ['{ kind: github, secret: "${env:S}" }', { title: 'x', kind: 'github', secret: '${env:S}' }],
    ['{ kind: gitlab, secret: "${env:S}" }', { title: 'x', kind: 'gitlab', secret: '${env:S}' }],
  ])('%s is read, and can be written again', async (written, expected) => {
    const configuration = await sendersOf(written)
    expect(configuration.integrations?.senders).toEqual({ x: { name: 'x', ...expected } })
    const { title, ...others } = expected as { title: string }
    expect(asWritten(configuration).senders).toEqual({ x: title === 'x' ? others : { title, ...others } })
  })
})
