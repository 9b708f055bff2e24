import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { AddressInfo } from 'node:net'
import { explain } from '../../src/cli/explain-command.ts'
import { loadConfiguration } from '../../src/config/load.ts'
import type { Silence } from '../../src/domain/alert/silence.ts'
import { pagingContext } from '../../src/domain/escalate/paging-context.ts'
import { readEvent } from '../../src/app/read-event.ts'
import { onCallServiceOver } from '../support/on-call-service.ts'
import { onCallYaml, testFolder } from '../support/on-call-files.ts'
import { silencingOver } from '../support/silencing.ts'
import { startWeb, type TestWeb } from '../web/world.ts'

const folder = testFolder()
const now = Date.parse('2026-12-05T02:00:00Z')
const silence: Silence = {
  id: '5f0c1d2e-0000-4000-8000-000000000000',
  matchers: [{ name: 'os', operator: '=', value: 'ios' }],
  startsAt: now - 1,
  endsAt: now + 3_600_000,
  updatedAt: now,
  createdBy: 'ben',
  comment: 'new disks',
}
const later = { ...silence, id: '6f0c1d2e-0000-4000-8000-000000000000', startsAt: now + 1 }
let web: TestWeb
let env: NodeJS.ProcessEnv

beforeAll(async () => {
  const configuration = await loadConfiguration(await folder.write('firewatch.yaml', onCallYaml))
  web = await startWeb({
    configuration: {
      read: async () => ({
        configuration,
        standing: { changes: [], incidents: [], pages: [], credentials: [] },
        wanted: 0,
      }),
      status: () => Promise.reject(new Error('not asked')),
      apply: () => Promise.reject(new Error('not asked')),
    },
    onCall: {
      ...onCallServiceOver([]),
      context: async () => pagingContext(configuration, configuration, []),
    },
    silencing: { ...silencingOver([]), listed: async () => [silence, later] },
    now: () => new Date(now),
  })
  await web.app.listen({ host: '127.0.0.1', port: 0 })
  const { port } = web.app.server.address() as AddressInfo
  env = { FIREWATCH_URL: `http://127.0.0.1:${port}`, FIREWATCH_TOKEN: 'admin-secret' }
})
afterAll(() => web?.app.close())

function explained(labels: object, more: object = {}) {
  const reading = readEvent({ labels: { alertname: 'Slow', ...labels } }, undefined, new Date(now))
  return explain(reading, { data: '/nowhere', event: '-', ...more }, env, now)
}

describe('firewatch explain on a running Firewatch', () => {
  it('goes by its configuration, its schedules and its silences', async () => {
    const { text } = await explained({ os: 'ios', severity: 'critical' })
    expect(text).toContain('silenced by   5f0c1d2e until 2026-12-05 04:00 CET, by ben: new disks')
    expect(text).not.toContain('6f0c1d2e')
    expect(text).toContain('step 1        at once: ben by webhook')
    expect((await explained({ os: 'android' })).text).toContain('silences      none')
  })

  it('goes by a file that is named instead', async () => {
    const config = await folder.write('draft.yaml', onCallYaml)
    expect((await explained({}, { config })).text).toContain('not known without a running Firewatch')
  })
})
