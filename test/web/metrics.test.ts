import { describe, expect, it } from 'vitest'
import type { ServedRequest } from '../../src/web/observe.ts'
import { as, startWeb } from './world.ts'

describe('GET /metrics', () => {
  it('is for viewers, also on loopback', async () => {
    const exposition = { contentType: 'application/openmetrics-text; version=1.0.0', text: '# EOF\n' }
    const { app } = await startWeb({ metrics: async () => exposition })
    const refused = await app.inject({ method: 'GET', url: '/metrics', remoteAddress: '127.0.0.1' })
    expect(refused.statusCode).toBe(401)
    const answer = await app.inject({ method: 'GET', url: '/metrics', headers: as('viewer') })
    expect([answer.statusCode, answer.body]).toEqual([200, '# EOF\n'])
    expect(answer.headers['content-type']).toMatch(/^application\/openmetrics-text/)
  })

  it('answers 503 when the records cannot be read', async () => {
    const away = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' })
    const { app } = await startWeb({ metrics: () => Promise.reject(away) })
    const answer = await app.inject({ method: 'GET', url: '/metrics', headers: as('viewer') })
    expect(answer.statusCode).toBe(503)
  })
})

describe('every request', () => {
  it('is told of by its route, with who asked and the incident that it is about', async () => {
    const told: ServedRequest[] = []
    const { app } = await startWeb({ served: (request) => void told.push(request) })
    await app.inject({
      method: 'POST',
      url: '/api/v1/incidents/INC-42/acknowledge',
      headers: as('responder'),
    })
    await app.inject({ method: 'GET', url: '/login/some-code-of-twenty-letters' })
    await app.inject({ method: 'GET', url: '/no/such/path?token=x' })
    expect(
      told.map(({ method, route, status, person, incident }) => [method, route, status, person, incident]),
    ).toEqual([
      ['POST', '/api/v1/incidents/:name/acknowledge', 200, 'ana', 'INC-42'],
      ['GET', '/login/:code', 200, null, null],
      ['GET', 'unknown', 404, null, null],
    ])
  })
})
