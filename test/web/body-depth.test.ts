import { expect, it } from 'vitest'
import { as, startWeb } from './world.ts'

it.each(['/v2/enqueue', '/v2/alerts', '/api/v1/alerts'])(
  '%s refuses a body that is too deep to be looked through, and says so',
  async (url) => {
    const { app } = await startWeb()
    const send = async (open: string, close: string, depth: number) => {
      const payload = `{"routing_key":"sender-secret","x":${open.repeat(depth)}1${close.repeat(depth)}}`
      const headers = { 'content-type': 'application/json', ...as('sender') }
      return app.inject({ method: 'POST', url, headers, payload })
    }
    for (const [open, close] of [
      ['[', ']'],
      ['{"a":', '}'],
    ] as const) {
      expect((await send(open, close, 150)).statusCode).toBe(202)
      for (const depth of [5_000, 200_000]) {
        const answer = await send(open, close, depth)
        expect([answer.statusCode, answer.body]).toEqual([400, expect.stringContaining('200 levels')])
      }
    }
  },
)
