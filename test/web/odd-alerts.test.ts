import { describe, expect, it } from 'vitest'
import { showText } from '../../src/cli/commands/incidents.ts'
import type { Alert } from '../../src/domain/alert/alert.ts'
import type { IncidentView } from '../../src/web/incident-view.ts'
import { longText, oddAlert } from '../support/odd-alerts.ts'
import { as, incident, noRecords, startWeb } from './world.ts'

async function viewsOf(alerts: readonly Alert[]): Promise<{ page: string; terminal: string }> {
  const { app, state } = await startWeb()
  state.records = { ...noRecords, alerts }
  const browser = { ...as('viewer'), accept: 'text/html' }
  const page = (await app.inject({ url: '/incidents/INC-42', headers: browser })).body
  const answer = await app.inject({ url: '/api/v1/incidents/INC-42', headers: as('viewer') })
  return { page, terminal: showText({ incident, ...answer.json<IncidentView>() }) }
}

const summary = 'disk full'
const alert = (annotations: Alert['annotations']): Alert => ({
  ...oddAlert({ summary, ...annotations }),
  labels: { alertname: 'disk' },
})

describe('N53 what Alertmanager left out', () => {
  const sentence = 'Alertmanager left out 37 more alerts of this notification: set max_alerts to 0'

  it('is told on the page of the incident and in a terminal, and is no annotation beside others', async () => {
    const { page, terminal } = await viewsOf([alert({ truncatedAlerts: '37' })])
    expect(page).toContain(`<p>${sentence}.</p>`)
    expect(page).toContain('and 37 more that Alertmanager left out</a>, the worst: disk full')
    expect(page).not.toContain('truncatedAlerts')
    expect(terminal).toContain(sentence)
  })

  it('is not told where nothing was', async () => {
    const { page, terminal } = await viewsOf([alert({})])
    expect(page + terminal).not.toContain('left out')
    expect(page).toContain('<p class="impact">disk full</p>')
  })
})

describe('N52 an alert of which everything is too long to be read', () => {
  const readable = 'x'.repeat(501)

  it.each([
    ['labels', oddAlert()],
    ['annotations', oddAlert({ summary: longText, description: longText, [longText]: longText })],
  ])('is shown cut in the console, and the rest of it counted: %s', async (_, odd) => {
    const { page } = await viewsOf([odd])
    expect(page).not.toContain(readable)
    expect(page).toContain('xxx…')
    expect(page).toContain('<dt>and 244 more</dt>')
    expect(page.length).toBeLessThan(200_000)
  })

  it.each([
    ['name', oddAlert()],
    ['summary', oddAlert({ summary: longText })],
  ])('is one line in a terminal, by its %s', async (_, odd) => {
    const { terminal } = await viewsOf([odd])
    expect(Math.max(...terminal.split('\n').map((line) => line.length))).toBeLessThan(400)
  })
})
