import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll } from 'vitest'

/** A configuration with a rotation that covers everything and one of office hours. */
export const onCallYaml = `
timeZone: Europe/Berlin
services:
  feed: { maintenance: [{ from: '2026-12-24T00:00', to: '2026-12-24T02:00', reason: move }] }
users:
  ana:
    contacts: [{ channel: webhook, url: '\${env:ANA}' }, { channel: pagerduty, routingKey: '\${env:ANA_KEY}' }]
    notify: [{ contact: 1 }, { contact: 2, after: 5m, severities: [P0, P1] }]
  ben: { timeZone: Asia/Tokyo, contacts: [{ channel: webhook, url: '\${env:BEN}' }] }
  cy: { contacts: [{ channel: webhook, url: '\${env:CY}' }] }
  boss: { contacts: [{ channel: webhook, url: '\${env:BOSS}' }] }
schedules:
  primary:
    layers:
      - rotation: { start: '2026-03-02T09:00', every: weekly, participants: [ana, ben] }
  office:
    layers:
      - rotation: { start: '2026-03-02T09:00', every: daily, participants: [cy] }
        windows: [{ days: [mon, tue, wed, thu, fri], from: '09:00', to: '17:00' }]
policies:
  default:
    steps:
      - { notify: [{ schedule: primary }], ackTimeout: 15m }
      - { notify: [{ schedule: office }], ackTimeout: 30m }
    fallback: [cy]
    executives: [boss]
routes: [{ policies: { default: default } }]
`

/** A folder of the test file; `write` answers with the path of the file. */
export function testFolder() {
  let folder = ''
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'firewatch-on-call-'))
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))
  return {
    async write(name: string, text: string): Promise<string> {
      const path = join(folder, name)
      await writeFile(path, text)
      return path
    },
  }
}
