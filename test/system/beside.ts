import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startFakeWebhook } from '../../examples/fakes/webhook.ts'
import { removeData, startUp } from '../support/firewatch.ts'
import { type Amtool, amtoolFor, startAlertmanager } from './alertmanager-world.ts'

/** The last route stands there twice, as with us an alert that another one hands on has its turn with it as well. */
const ofAlertmanager = `
route:
  receiver: wake
  group_by: [service, alertname]
  routes:
    - matchers: ['team="db"']
      receiver: databases
      group_by: [cluster]
      continue: true
      routes:
        - { matchers: ['night=~"y.*"'], receiver: night, group_by: ['...'] }
    - { matchers: ['zone!="eu"', 'zone=~".+"'], receiver: abroad, group_by: [zone] }
    - { receiver: wake }
inhibit_rules:
  - { source_matchers: ['severity="critical"'], target_matchers: ['severity=~"warning|info"'], equal: [service, zone] }
  - { source_matchers: ['alertname="A"'], target_matchers: ['alertname=~"A|B"'], equal: [cluster] }
receivers: [{ name: wake }, { name: databases }, { name: night }, { name: abroad }]
`

const ofFirewatch = `
services:
  shop: { owner: ana }
users:
  ana: { title: Primary, role: responder, contacts: [{ channel: webhook, url: '\${env:ANA_URL}' }] }
policies:
  wake: { steps: [{ notify: [ana], ackTimeout: 60s }], fallback: [ana] }
routes:
  - match: { team: db }
    receiver: databases
    policies: { default: wake }
    groupBy: [cluster]
    continue: true
    routes:
      - { matchers: ['night=~"y.*"'], receiver: night, groupBy: ['...'] }
  - matchers: ['zone!="eu"', 'zone=~".+"']
    receiver: abroad
    policies: { default: wake }
    groupBy: [zone]
  - { policies: { default: wake } }
inhibit:
  - { source: ['severity="critical"'], target: ['severity=~"warning|info"'], equal: [service, zone] }
  - { source: ['alertname="A"'], target: ['alertname=~"A|B"'], equal: [cluster] }
`

/** A server, and amtool on it. */
export interface Side {
  readonly url: string
  readonly token?: string
  readonly amtool: Amtool
}

/** An Alertmanager and a Firewatch that are given the same. */
export interface Beside {
  readonly theirs: Side
  readonly ours: Side
  stop(): Promise<void>
}

/** Starts both, with the same routes and rules. */
export async function startBeside(): Promise<Beside> {
  await using starting = new AsyncDisposableStack()
  const folder = await mkdtemp(join(tmpdir(), 'firewatch-beside-'))
  starting.defer(() => rm(folder, { recursive: true, force: true }))
  const ana = starting.adopt(await startFakeWebhook(), (fake) => fake.stop())
  const served = starting.adopt(await startAlertmanager(folder, ofAlertmanager), async ({ part }) => {
    await part.end()
  })
  const up = starting.adopt(await startUp(ofFirewatch, { ANA_URL: ana.url }), async (one) => {
    await one.stop()
    await removeData(one.dataDir)
  })
  const { url, token } = await up.run()
  const theirs = { url: served.url, amtool: await amtoolFor(folder, served.url) }
  const ours = { url, token, amtool: await amtoolFor(folder, url, token) }
  const all = starting.move()
  return { theirs, ours, stop: () => all.disposeAsync() }
}
