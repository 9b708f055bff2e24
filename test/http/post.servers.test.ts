import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Agent } from 'undici'
import { type FakeWebhook, startFakeWebhook } from '../../examples/fakes/webhook.ts'
import type { PostAnswer } from '../../src/domain/page/delivery.ts'
import { createPost, type PostOptions } from '../../src/http/post.ts'
import { freePort } from '../support/servers.ts'

let receiver: FakeWebhook
beforeEach(async () => {
  receiver = await startFakeWebhook()
})
afterEach(() => receiver.stop())

async function postTo(url: string, options?: PostOptions, timeoutMs = 300): Promise<PostAnswer> {
  const { post, close } = createPost(options)
  const signal = new AbortController().signal
  const headers = { 'content-type': 'application/json', 'idempotency-key': 'k' }
  const answer = await post({ url: new URL(url), headers, body: '{"version":1}', timeoutMs, signal })
  await close()
  return answer
}

describe('a POST', () => {
  it('brings the answer, whole', async () => {
    expect(await postTo(receiver.url)).toEqual({
      kind: 'answered',
      status: 200,
      body: '{"repeated":false}',
      complete: true,
    })
  })

  it('brings the beginning of a long answer and says that it is one', async () => {
    receiver.next({ kind: 'answer', status: 200, body: 'x'.repeat(1_000_000), retryAfter: '3' })
    const answer = await postTo(receiver.url)
    expect(answer).toMatchObject({ status: 200, complete: false, retryAfter: '3' })
    expect(answer.kind === 'answered' && answer.body.length).toBe(65_536)
  })

  it('does not wait for the rest of an endless answer', async () => {
    receiver.next({ kind: 'hang-in-body', body: 'x'.repeat(200_000) })
    // With this limit, one that waited would outlast the test.
    expect(await postTo(receiver.url, {}, 600_000)).toMatchObject({ status: 200, complete: false })
  })

  it('brings what came of an answer that stalls, within the time limit', async () => {
    receiver.next({ kind: 'hang-in-body' })
    expect(await postTo(receiver.url)).toEqual({
      kind: 'answered',
      status: 200,
      body: '{"status":',
      complete: false,
    })
  })

  it('that never left is told from one that may have arrived', async () => {
    receiver.next({ kind: 'reset', when: 'after' })
    receiver.next({ kind: 'hang' })
    expect(await postTo(receiver.url)).toMatchObject({ kind: 'no-answer', begun: true })
    expect(await postTo(receiver.url)).toMatchObject({ kind: 'no-answer', begun: true })
    const nobody = `http://127.0.0.1:${await freePort()}`
    expect(await postTo(nobody)).toMatchObject({ kind: 'no-answer', begun: false })
    const nowhere = new Agent({ connect: { lookup: () => undefined, timeout: 1_000 } })
    expect(await postTo('http://localhost', { dispatcher: nowhere })).toEqual({
      kind: 'no-answer',
      reason: 'no answer within 300 ms',
      begun: false,
    })
  })

  it('carries bytes as they are', async () => {
    const png = Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0xff, 0x00])
    let received: Uint8Array | undefined
    const mirror = createServer((request, response) => {
      void buffer(request).then((bytes) => {
        received = new Uint8Array(bytes)
        response.end()
      })
    })
    await new Promise<void>((resolve) => void mirror.listen(0, '127.0.0.1', resolve))
    const { post, close } = createPost()
    const url = new URL(`http://127.0.0.1:${(mirror.address() as AddressInfo).port}`)
    const rest = { headers: {}, timeoutMs: 1_000, signal: new AbortController().signal }
    expect(await post({ url, body: png, ...rest })).toMatchObject({ kind: 'answered', status: 200 })
    expect(received).toEqual(png)
    await close()
    mirror.close()
  })

  it('goes only where its dispatcher lets it', async () => {
    const refuse = Object.assign(new Error('not on the list'), { code: 'EBLOCKED' })
    const dispatcher = new Agent({ connect: { lookup: (_host, _options, done) => done(refuse, []) } })
    const url = receiver.url.replace('127.0.0.1', 'localhost')
    expect(await postTo(url, { dispatcher })).toEqual({
      kind: 'no-answer',
      reason: 'the exchange failed (EBLOCKED)',
      begun: false,
    })
    expect(receiver.received).toEqual([])
  })
})
