import { describe, expect, it } from 'vitest'
import { everything, writeScope } from '../../src/domain/remediate/kill-switch.ts'
import { thrown } from '../support/kill-switch.ts'
import { busyRecords } from './story.ts'
import { as, incident, now, startWeb, type TestWeb } from './world.ts'

const session = { cookie: 'firewatch_session=responder-secret', host: 'firewatch.test' }
const form = {
  ...session,
  origin: 'http://firewatch.test',
  accept: 'text/html',
  'content-type': 'application/x-www-form-urlencoded',
}
const page = { ...session, accept: 'text/html' }

const post = (web: TestWeb, url: string, payload: object = {}, role: 'viewer' | 'responder' = 'responder') =>
  web.app.inject({ method: 'POST', url, headers: as(role), payload })
const scopes = ({ state }: TestWeb) => state.switches.map(({ scope }) => writeScope(scope))

describe('N12 throwing and lifting a kill switch', () => {
  it.each([
    [{}, 'everything', 'everything'],
    [{ service: 'feed' }, 'service/feed', 'service feed'],
    [{ action: 'restart' }, 'action/restart', 'action restart'],
    [{ target: 'feed-1' }, 'target/feed-1', 'target feed-1'],
    [{ incident: 'INC-42' }, 'incident/INC-42', 'INC-42'],
    [{ incident: '42' }, 'incident/INC-42', 'INC-42'],
  ])('for %j', async (what, scope, words) => {
    const web = await startWeb()
    const stop = () => post(web, '/api/v1/automation/stop', { ...what, reason: 'we migrate' })
    expect((await stop()).json()).toMatchObject({
      changed: true,
      message: expect.stringContaining(`for ${words} until`),
    })
    const said = { stoppedBy: 'ana', reason: 'we migrate', stoppedAt: now }
    expect(web.state.switches).toEqual([thrown(scope, said)])
    expect((await stop()).json()).toMatchObject({
      changed: false,
      message: `ana stopped automation for ${words}: we migrate (since Mon 2 Mar 03:04 UTC); nothing has changed`,
    })
    const { switches } = (await web.app.inject({ url: '/api/v1/automation', headers: as('viewer') })).json()
    expect(switches).toEqual([{ scope, ...said }])
    expect((await post(web, '/api/v1/automation/resume', what)).json()).toMatchObject({ changed: true })
    expect((await post(web, '/api/v1/automation/resume', what)).json()).toMatchObject({ changed: false })
    expect(scopes(web)).toEqual([])
    expect(
      web.state.audit.map(({ action, target, actor, reason }) => [action, target, actor, reason]),
    ).toEqual([
      ['POST /api/v1/automation/stop', scope, 'ana', 'we migrate'],
      ['POST /api/v1/automation/stop', scope, 'ana', 'we migrate'],
      ['POST /api/v1/automation/resume', scope, 'ana', 'no reason was given'],
      ['POST /api/v1/automation/resume', scope, 'ana', 'no reason was given'],
    ])
  })

  it.each([
    [{ target: 'feed-11' }, 404, /no target "feed-11"; there is feed-1/],
    [{ service: 'constructor' }, 404, /no service/],
    [{ action: 'drop' }, 404, /there is restart/],
    [{ incident: 'INC-7' }, 404, /no incident INC-7/],
    [{ incident: 'x' }, 404, /no incident x/],
    [{ service: 'feed', target: 'feed-1' }, 400, /say for what, once/],
    [{ service: 7 }, 400, /say for what, once/],
    [{ target: '' }, 400, /say for what, once/],
    [{ servcie: 'feed' }, 400, /say for what, once/],
    [{ '': '' }, 400, /say for what, once/],
    [['target', 'feed-1'], 400, /say for what, once/],
  ])('refuses %j with %i and what there is', async (what, status, message) => {
    const web = await startWeb()
    const body = Array.isArray(what) ? what : { ...what, reason: 'x' }
    const answer = await post(web, '/api/v1/automation/stop', body)
    expect([answer.statusCode, answer.json().error]).toEqual([status, expect.stringMatching(message)])
    expect(scopes(web)).toEqual([])
  })

  it('neither stops nor lifts everything for a misspelt form', async () => {
    const web = await startWeb()
    const thrown = { scope: everything, stoppedBy: 'ben', reason: 'x', stoppedAt: now }
    web.state.switches = [thrown]
    for (const verb of ['stop', 'resume'])
      for (const what of ['', '%2F', 'servcie%2Ffeed', 'everythin', 'target%2F'])
        expect(
          (
            await web.app.inject({
              method: 'POST',
              url: `/automation/${verb}`,
              headers: form,
              payload: `what=${what}&reason=x`,
            })
          ).statusCode,
        ).toBe(400)
    expect(web.state.switches).toEqual([thrown])
  })

  it('keeps as much of a long reason as there is room for', async () => {
    const web = await startWeb()
    await post(web, '/api/v1/automation/stop', { reason: `the migration ${'x'.repeat(600)}` })
    expect(web.state.switches[0]?.reason).toMatch(/^the migration x+…$/)
  })

  it('lifts what is not configured any more', async () => {
    const web = await startWeb()
    web.state.switches = [thrown('target/gone')]
    expect((await post(web, '/api/v1/automation/resume', { target: 'gone' })).json().changed).toBe(true)
  })

  it('is for responders', async () => {
    const web = await startWeb()
    for (const verb of ['stop', 'resume'])
      expect((await post(web, `/api/v1/automation/${verb}`, {}, 'viewer')).statusCode).toBe(403)
  })

  it('is not for an incident that is over', async () => {
    const web = await startWeb({}, { ...incident, state: 'resolved', resolvedAt: now })
    expect((await post(web, '/api/v1/incidents/INC-42/stop-automation')).statusCode).toBe(409)
  })
})

describe('N12 the console', () => {
  it('stops and lifts by forms, and says who stopped what, since when and why', async () => {
    const web = await startWeb()
    const send = (url: string, payload: string) =>
      web.app.inject({ method: 'POST', url, headers: form, payload })
    const look = async (url: string) => (await web.app.inject({ url, headers: page })).body
    expect(await look('/automation')).toContain('Nothing is stopped')
    const stopped = await send('/automation/stop', 'what=target%2Ffeed-1&reason=we+%3Cmigrate%3E')
    expect([stopped.statusCode, stopped.headers.location]).toEqual([303, '/automation?told=stop'])
    await send('/automation/stop', 'what=everything&reason=x')
    expect(scopes(web)).toEqual(['target/feed-1', 'everything'])
    const shown = await look('/automation?told=stop')
    for (const text of [
      'Stopped for target feed-1',
      '<strong>ana</strong>',
      'we &lt;migrate&gt;',
      'Let it work again',
    ])
      expect(shown).toContain(text)
    expect(await look('/incidents/INC-42')).toContain('ana stopped automation for everything')
    const lifted = await send('/automation/resume', 'what=everything')
    expect(lifted.headers.location).toBe('/automation?told=resume')
    expect((await send('/automation/resume', 'what=everything')).headers.location).toBe(
      '/automation?told=resume-again',
    )
    expect(await look('/incidents/INC-42')).not.toContain('stopped automation')
  })

  it('refuses a form that chooses what is no scope, and stops nothing', async () => {
    const web = await startWeb()
    for (const what of ['', 'feed', 'team/feed', 'service/', 'everything/feed']) {
      const payload = new URLSearchParams({ what, reason: 'x' }).toString()
      const { statusCode } = await web.app.inject({
        method: 'POST',
        url: '/automation/stop',
        headers: form,
        payload,
      })
      expect([what, statusCode]).toEqual([what, 400])
    }
    expect(scopes(web)).toEqual([])
  })

  it('has no forms for a viewer', async () => {
    const web = await startWeb()
    web.state.switches = [thrown('everything')]
    const { body } = await web.app.inject({
      url: '/automation',
      headers: { ...as('viewer'), accept: 'text/html' },
    })
    expect(body).toContain('Stopped for everything')
    expect(body).not.toContain('<form')
  })

  it('stops one incident until somebody lifts it there', async () => {
    const web = await startWeb()
    web.state.records = busyRecords((minute) => `2026-03-02T${minute}:00.000Z`)
    const send = (verb: string) =>
      web.app.inject({
        method: 'POST',
        url: `/incidents/INC-42/${verb}-automation`,
        headers: form,
        payload: '',
      })
    const look = async () => (await web.app.inject({ url: '/incidents/INC-42', headers: page })).body
    expect((await send('stop')).headers.location).toBe('/incidents/INC-42?told=stop-automation')
    expect(scopes(web)).toEqual(['incident/INC-42'])
    expect(await look()).toContain('>Resume automation</button>')
    expect((await send('stop')).headers.location).toBe('/incidents/INC-42?told=stop-automation-again')
    expect((await send('resume')).headers.location).toBe('/incidents/INC-42?told=resume-automation')
    expect(await look()).toContain('>Stop automation</summary>')
  })
})

describe('the account page', () => {
  it('says who one is and offers the way out', async () => {
    const web = await startWeb()
    const { body } = await web.app.inject({ url: '/account', headers: page })
    for (const text of ['<h1>ana</h1>', 'Your role is responder', 'action="/logout"'])
      expect(body).toContain(text)
  })
})
