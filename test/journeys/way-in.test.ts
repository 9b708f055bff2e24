import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { type FakeWebhook, startFakeWebhook } from '../../examples/fakes/webhook.ts'
import type { Incident } from '../../src/domain/incident/incident.ts'
import type { IncidentView } from '../../src/web/incident-view.ts'
import type { ListedCredential } from '../../src/web/sessions.ts'
import { firewatch, removeData, startUp, type UpFirewatch } from '../support/firewatch.ts'
import { openLink } from './open-link.ts'
import { shopAlerts, twoPeople } from './two-people.ts'

const soon = { timeout: 60_000, interval: 100 }

function linkIn(people: FakeWebhook): string {
  const body = people.effects()[0]?.body as { incidentUrl: string } | undefined
  return body?.incidentUrl ?? ''
}

describe('N30: the way in, under "up --as ben"', () => {
  let people: FakeWebhook
  let up: UpFirewatch
  const run = (...args: string[]) => firewatch([...args, '--data', up.dataDir])
  const shown = async () =>
    JSON.parse((await run('show', 'INC-1', '--json')).stdout) as { incident: Incident } & IncidentView

  beforeAll(async () => {
    people = await startFakeWebhook()
    const urls = { JOURNEY_ANA_URL: people.url, JOURNEY_BEN_URL: people.url }
    up = await startUp(twoPeople('10m'), urls, undefined, ['--as', 'ben'])
  })
  afterAll(async () => {
    const { stderr } = await up.stop()
    await people.stop()
    await removeData(up.dataDir)
    expect(stderr).not.toContain('no configured user')
  })

  it('leads from a page to its incident, and to an acknowledgement, without a session', async () => {
    await up.api('POST', '/api/v1/alerts', shopAlerts(['CheckoutDown']))
    await vi.waitFor(() => expect(people.effects()).toHaveLength(1), soon)
    const incidentUrl = linkIn(people)
    const opened = await openLink(incidentUrl)
    expect(await opened.read()).toContain('You are ana here, by the link of a page.')
    expect([await opened.status('/incidents'), await opened.status('/account')]).toEqual([302, 302])
    expect(await opened.command('resolve')).toBe(303)
    expect((await shown()).incident.state).toBe('open')
    expect(await opened.command('acknowledge')).toBe(303)
    expect((await shown()).incident).toMatchObject({ acknowledgedBy: 'ana' })
  })

  it('is listed and ended by the command line', async () => {
    const incidentUrl = linkIn(people)
    const tokens = JSON.parse((await run('token', 'list', '--json')).stdout) as ListedCredential[]
    const link = tokens.find(({ kind }) => kind === 'page-link')
    expect(link).toMatchObject({ incident: 1, holder: { kind: 'person', name: 'ana' } })
    expect((await run('token', 'revoke', link?.id ?? '')).code).toBe(0)
    const answer = await fetch(incidentUrl, { redirect: 'manual', headers: { accept: 'text/html' } })
    expect([answer.status, answer.headers.get('set-cookie')]).toEqual([403, null])
  })

  it('names ben in what the command line does, who administers this machine', async () => {
    expect((await run('note', 'INC-1', 'seen')).code).toBe(0)
    const { timeline } = await shown()
    expect(timeline).toContainEqual(expect.objectContaining({ actor: 'ben', kind: 'note' }))
    expect((await run('token', 'create', 'ana')).code).toBe(0)
    const made = JSON.parse((await run('login', '--person', 'ana', '--json')).stdout) as { link: string }
    expect(made.link).toMatch(/\/login\/[\w-]{43}$/)
    const slip = await run('login', '--person', 'anna')
    expect([slip.code, slip.stderr]).toEqual([4, expect.stringContaining('did you mean "ana"?')])
  })

  it('refuses to begin as nobody', async () => {
    const wrong = await firewatch(['up', '--as', 'bem', '--config', `${up.dataDir}/firewatch.yaml`], {
      JOURNEY_ANA_URL: people.url,
      JOURNEY_BEN_URL: people.url,
    })
    expect([wrong.code, wrong.stderr.trim()]).toEqual([
      2,
      '--as bem: no user is called so (configured: ana, ben); did you mean "ben"?',
    ])
  })
})
