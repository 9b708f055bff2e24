import { createServer } from 'node:net'
import Fastify, { type FastifyInstance } from 'fastify'
import { whenToldToEnd } from '../parent.ts'
import { requireBearer } from './bearer.ts'
import { createServiceProcess, type ServiceProcess, type Restart } from './service-process.ts'
import { createFence, createOnce, keyOf, type OrderQuery } from './orders.ts'
import { readSettings } from './settings.ts'

/** `POST /restart` restarts, once per key; `GET /restart` only asks whether that was done; `GET /status` tells which run is alive. */
function createSupervisorApp(service: ServiceProcess, serviceUrl: string, token: string): FastifyInstance {
  const app = Fastify({ forceCloseConnections: true })
  const once = createOnce<Restart>()
  app.get('/status', () => ({ ...service.run(), restarts: service.restarts(), serviceUrl }))
  app.post<OrderQuery>('/restart', { onRequest: [requireBearer(token), createFence()] }, async (request) => {
    const { result, repeated } = await once.run(keyOf(request), () => service.restart())
    return { applied: true, repeated, ...result }
  })
  app.get<OrderQuery>('/restart', async (request, reply) => {
    const key = keyOf(request)
    if (key === undefined)
      return reply.code(400).send({ error: 'say which restart: header Idempotency-Key or ?key=' })
    return { applied: await once.applied(key) }
  })
  return app
}

/** The service keeps its address over restarts, so its port is chosen here. */
async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(0, '127.0.0.1', resolve)
  })
  const address = server.address()
  await new Promise((resolve) => {
    server.close(resolve)
  })
  if (address === null || typeof address === 'string') throw new Error('no free port on 127.0.0.1')
  return address.port
}

async function main(): Promise<void> {
  const settings = readSettings(process.env)
  const port = settings.port === 0 ? await freePort() : settings.port
  const service = createServiceProcess(port, process.env)
  const serviceUrl = `http://127.0.0.1:${port}`
  const app = createSupervisorApp(service, serviceUrl, settings.adminToken)
  whenToldToEnd(() => {
    void Promise.allSettled([app.close(), service.end()]).then(() => process.exit())
  })
  await service.start()
  const supervisorUrl = await app.listen({ host: '127.0.0.1', port: settings.supervisorPort })
  console.log(JSON.stringify({ ready: true, supervisorUrl, serviceUrl, ...service.run() }))
}

await main()
