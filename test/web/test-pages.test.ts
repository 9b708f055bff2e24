import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { as, startWeb, type TestWeb } from './world.ts'

let web: TestWeb
beforeAll(async () => {
  web = await startWeb()
})
afterAll(() => web.app.close())

const post = (payload: object, role: 'responder' | 'viewer' = 'responder') =>
  web.app.inject({ method: 'POST', url: '/api/v1/test-pages', headers: as(role), payload })

describe('N37: POST /api/v1/test-pages', () => {
  it('says what became of each contact, and is in the audit log', async () => {
    const answer = await post({ name: 'ana' })
    expect([answer.statusCode, answer.json()]).toEqual([
      200,
      {
        name: 'ana',
        contacts: [
          {
            channel: 'webhook',
            contact: 1,
            outcome: { kind: 'sent' },
            sentence: 'contact 1, webhook: sent. Did it arrive?',
          },
        ],
        allSent: true,
      },
    ])
    expect(web.state.audit.at(-1)).toMatchObject({ target: 'ana', outcome: 'done' })
    expect(web.given).toEqual([])
  })

  it('is refused to viewers, and to whoever names nobody', async () => {
    expect((await post({ name: 'ana' }, 'viewer')).statusCode).toBe(403)
    expect((await post({})).statusCode).toBe(400)
    const unknown = await post({ name: 'anna' })
    expect([unknown.statusCode, unknown.json()]).toEqual([
      404,
      { error: 'there is no user and no shared channel "anna"; did you mean "ana"?' },
    ])
  })

  it('is a button in the console for those who may', async () => {
    const page = (role: 'responder' | 'viewer') =>
      web.app.inject({ url: '/test-pages', headers: { ...as(role), accept: 'text/html' } })
    expect((await page('responder')).body).toContain('Send a test page</button>')
    expect((await page('viewer')).body).not.toContain('<button>Send')
    const sent = await web.app.inject({
      method: 'POST',
      url: '/test-pages',
      headers: { ...as('responder'), 'content-type': 'application/x-www-form-urlencoded' },
      payload: 'name=ana',
    })
    expect(sent.body).toContain('ana, contact 1, webhook: sent. Did it arrive?')
  })
})
