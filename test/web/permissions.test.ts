import fastify, { type RouteOptions } from 'fastify'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type AccessRole, isPermission, mayWith } from '../../src/domain/access/access.ts'
import { guardRoutes } from '../../src/web/access.ts'
import { addRoutes } from '../../src/web/server.ts'
import { as, startWeb, type TestWeb } from './world.ts'

const roles: readonly AccessRole[] = ['viewer', 'responder', 'admin', 'sender', 'heartbeat']

interface Route {
  readonly method: string
  readonly url: string
  readonly access: string | undefined
}

let web: TestWeb
let routes: Route[]

beforeAll(async () => {
  web = await startWeb()
  const app = fastify()
  routes = []
  app.addHook('onRoute', ({ method, url, config }: RouteOptions) => {
    for (const one of [method].flat()) routes.push({ method: one, url, access: config?.access })
  })
  addRoutes(app, web.dependencies)
  await app.ready()
})
afterAll(() => web?.app.close())

const filled = (url: string, by = 'x') => url.replaceAll(/:\w+/g, by)

describe('N08 every route', () => {
  it('says who may use it', () => {
    expect(routes.length).toBeGreaterThan(80)
    const silent = routes.filter(({ access }) => {
      return access === undefined || !(access === 'public' || access === 'capability' || isPermission(access))
    })
    expect(silent).toEqual([])
  })

  it('cannot be registered without, also inside a plugin', async () => {
    const app = fastify()
    guardRoutes(app, web.dependencies.credentials)
    const plugin = app.register(async (scope) => void scope.get('/open', async () => 'x'))
    await expect(plugin).rejects.toThrow(/GET \/open does not say who may use it/)
  })

  it('is refused to whoever has no credential, a wrong one, or not its permission', async () => {
    for (const { method, url, access = '' } of routes) {
      if (!isPermission(access)) continue
      const ask = (headers: Record<string, string>) =>
        web.app.inject({ method: method as 'GET', url: filled(url), headers })
      expect([url, (await ask({})).statusCode]).toEqual([url, 401])
      expect([url, (await ask({ authorization: 'Bearer wrong' })).statusCode]).toEqual([url, 401])
      for (const role of roles.filter((one) => !mayWith(one, access)))
        expect([url, role, (await ask(as(role))).statusCode]).toEqual([url, role, 403])
    }
  })

  it('gives a heartbeat its beats and nothing else', () => {
    const open = routes.filter(({ access = '' }) => isPermission(access) && mayWith('heartbeat', access))
    expect(open.map(({ method, url }) => `${method} ${url}`)).toEqual(['POST /api/v1/heartbeats/:name'])
  })

  it('gives a sender the intake and nothing else', async () => {
    const open = routes.filter(({ access = '' }) => isPermission(access) && mayWith('sender', access))
    expect(open.map(({ method, url }) => `${method} ${url}`)).toEqual([
      'POST /api/v1/alerts',
      'POST /api/v1/intake/alertmanager',
      'POST /api/v2/alerts',
      'POST /api/v1/intake/json/:sender',
      'POST /v2/alerts',
      ...['POST', 'PUT', 'PATCH', 'DELETE'].map((method) => `${method} /v2/alerts/:identifier/:action`),
      'POST /v2/alerts/:identifier/actions/:name',
      'DELETE /v2/alerts/:identifier',
      'GET /v2/alerts/requests/:id',
      'HEAD /v2/alerts/requests/:id',
    ])
    const accepted = await web.app.inject({
      method: 'POST',
      url: '/api/v1/alerts',
      headers: as('sender'),
      payload: {},
    })
    expect(accepted.statusCode).toBe(202)
  })
})

describe('N26 U+0000 in a path', () => {
  it('is refused on every route, before anything is looked up', async () => {
    const named = routes.filter(({ url }) => url.includes(':'))
    expect(named.length).toBeGreaterThan(30)
    for (const { method, url } of named) {
      for (const value of ['%00', 'INC-42%00', '%00%00%00'])
        expect([
          url,
          (await web.app.inject({ method: method as 'GET', url: filled(url, value), headers: as('admin') }))
            .statusCode,
        ]).toEqual([url, 400])
    }
  })

  it.each(['text', 'service', 'owner'])('finds nothing or is refused in the filter %s', async (name) => {
    for (const path of ['/api/v1/incidents', '/incidents']) {
      const url = `${path}?${name}=a%00b`
      expect((await web.app.inject({ url, headers: as('viewer') })).statusCode).toBeLessThan(500)
    }
  })
})
