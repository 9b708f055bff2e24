import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createGet } from '../../src/http/get.ts'

const answers: Readonly<Record<string, (response: ServerResponse) => void>> = {
  '/whole': (response) => response.end('hello'),
  '/moved': (response) => response.writeHead(302, { location: '/whole' }).end(),
  '/long': (response) => response.end('x'.repeat(64 * 1024 + 1)),
  '/endless': (response) => response.write('x'),
  '/silent': () => undefined,
  '/broken': (response) => {
    response.writeHead(200, { 'content-length': '10' }).write('x', () => response.destroy())
  },
}

const server = createServer(({ url }, response) => answers[url ?? '']?.(response))
let base: string
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})

describe('a GET', () => {
  const get = (path: string, timeoutMs = 60_000) => createGet({ timeoutMs })(new URL(path, base))

  it('brings the answer, whole', async () => {
    expect(await get('/whole')).toEqual({ status: 200, body: 'hello' })
  })

  it('follows no redirect', async () => {
    expect(await get('/moved')).toMatchObject({ status: 302 })
  })

  it.each([
    ['/long', 60_000],
    ['/endless', 100],
    ['/silent', 100],
    ['/broken', 60_000],
  ])('fails where there is no whole answer: %s', async (path, timeoutMs) => {
    await expect(get(path, timeoutMs)).rejects.toThrow()
  })
})
