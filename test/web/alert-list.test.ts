import { describe, expect, it } from 'vitest'
import type { CurrentAlert } from '../../src/domain/alert/current-alert.ts'
import { alertsText } from '../../src/cli/commands/alerts.ts'
import { longText, oddAlert } from '../support/odd-alerts.ts'
import { as, now, startWeb } from './world.ts'

const textOf = (page: string) =>
  page
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll(/\s+/g, ' ')
    .replaceAll(' .', '.')

const alert = (name: string, change: Partial<CurrentAlert> = {}): CurrentAlert => ({
  source: 'integration/prometheus',
  fingerprint: name,
  labels: { alertname: name, service: 'feed', 'k8s/pod': '<b>web</b>' },
  annotations: { summary: `${name} is wrong` },
  startsAt: now,
  endsAt: now,
  updatedAt: now,
  silencedBy: [],
  inhibitedBy: [],
  routes: [{ id: '', receiver: 'standard', groupLabels: {} }],
  ...change,
})

async function webWith(alerts: readonly CurrentAlert[]) {
  const { app, dependencies } = await startWeb()
  Object.assign(dependencies.alertmanagerApi, { alerts: async () => alerts })
  return (url: string) => app.inject({ url, headers: as('viewer') })
}

describe('alerts that fire', () => {
  const older = alert('DiskFull', { startsAt: '2020-01-01T00:00:00.000Z' })
  const silenced = alert('Silenced', { silencedBy: ['0a1b2c3d-0000-4000-8000-000000000000'] })
  const inhibited = alert('Inhibited', { inhibitedBy: ['DiskFull'] })

  it('are listed, the newest first, with what suppresses them', async () => {
    const get = await webWith([older, silenced, inhibited])
    const { total, alerts } = (await get('/api/v1/alerts')).json<{
      total: number
      alerts: { fingerprint: string; state: string }[]
    }>()
    expect([total, alerts.map(({ fingerprint, state }) => [fingerprint, state])]).toEqual([
      3,
      [
        ['Silenced', 'suppressed'],
        ['Inhibited', 'suppressed'],
        ['DiskFull', 'active'],
      ],
    ])
    const page = textOf((await get('/alerts')).body)
    expect(page).toContain('3 alerts, the newest first.')
    expect(page).toContain('Silenced by 0a1b2c3d')
    expect(page).toContain('Inhibited by 1 alert.')
    expect(page).toContain('From prometheus, to standard.')
  })

  it('are found by matchers, N52: names of any kind among them', async () => {
    const get = await webWith([older, silenced])
    const found = (filter: string) => get(`/api/v1/alerts?filter=${encodeURIComponent(filter)}`)
    expect((await found('alertname=~"Disk.*",service="feed"')).json()).toMatchObject({ total: 1 })
    expect((await found('"k8s/pod"="<b>web</b>"')).json()).toMatchObject({ total: 2 })
    expect((await found('team="web"')).json()).toMatchObject({ total: 0, alerts: [] })
  })

  it('show what is not understood of a filter, and no text as markup', async () => {
    const get = await webWith([older])
    const refused = await get('/api/v1/alerts?filter=service%3D~%22(%22')
    expect([refused.statusCode, refused.json().error]).toEqual([400, expect.stringMatching(/^filter: /)])
    const page = await get('/alerts?filter=%3Cscript%3E')
    // The form is there to be put right: for a browser that is no failure.
    expect([page.statusCode, page.body.includes('<script>')]).toEqual([200, false])
    expect((await get('/alerts')).body).not.toContain('<b>web')
  })

  it('N53 are listed with how many the sender left out', async () => {
    const get = await webWith([older, alert('CpuHigh', { annotations: { truncatedAlerts: '37' } })])
    const told = 'nd 37 more that Alertmanager left out: set max_alerts to 0'
    const page = textOf((await get('/alerts')).body)
    expect(page).toContain(`2 alerts, the newest first. A${told}.`)
    const listed = (await get('/api/v1/alerts')).json<Parameters<typeof alertsText>[0]>()
    expect(alertsText(listed)).toContain(`\na${told}`)
    expect(alertsText({ ...listed, alerts: [older] })).not.toContain('left out')
  })

  it('N52 are shown cut where their labels are too long to be read', async () => {
    const odd = oddAlert({ summary: longText, description: longText })
    const get = await webWith([alert('odd', { labels: odd.labels, annotations: odd.annotations })])
    expect((await get('/alerts')).body).not.toContain('x'.repeat(201))
    const listed = (await get('/api/v1/alerts')).json<Parameters<typeof alertsText>[0]>()
    expect(alertsText(listed).length).toBeLessThan(1_000)
  })

  it('are at most as many as asked for, and counted', async () => {
    const get = await webWith(Array.from({ length: 300 }, (_, index) => alert(`A${index}`)))
    expect((await get('/api/v1/alerts?limit=2')).json()).toMatchObject({ total: 300, alerts: [{}, {}] })
    expect(textOf((await get('/alerts')).body)).toContain('The newest 200 of 300 alerts.')
  })
})
