import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { launch, makeFolder, post, requestTo, type RunningServer, startServer } from './running-server.ts'

const folder = await makeFolder()
afterAll(() => folder.remove())

const endless = 'SELECT count() FROM numbers(1000000000000) WHERE NOT ignore(sipHash64(number))'
const insertOne = { query: 'INSERT INTO t FORMAT CSV' }

describe('a running server', () => {
  let server: RunningServer
  beforeAll(async () => {
    server = await startServer(join(folder.path, 'running'))
    await post(server.url, 'CREATE TABLE t (n Int64) ENGINE = MergeTree ORDER BY n')
  })
  afterAll(async () => {
    await server.end()
  })

  it('is alone on its path: a second one says who has it and ends with code 3', async () => {
    const second = launch(join(folder.path, 'running'))
    expect(await second.ended).toBe(3)
    expect(second.log()).toContain(`is in use by process ${server.process.pid}`)
    expect(await post(server.url, 'SELECT 1')).toMatchObject({ status: 200 })
  })

  it('answers pings while a long query runs, and the next query after it', async () => {
    const slow = post(server.url, endless, { max_execution_time: '2' })
    const next = post(server.url, 'SELECT 1')
    let ended = false
    void slow.then(() => (ended = true))
    for (let pings = 0; pings < 20; pings++) {
      expect((await fetch(`${requestTo(server.url).base}/ping`)).status).toBe(200)
      expect(ended).toBe(false)
    }
    expect(await slow).toMatchObject({ status: 408 })
    expect(await next).toMatchObject({ status: 200, text: '1\n' })
  })

  it('stops a query whose client left, so that the others need not wait for its time limit', async () => {
    const patience = new AbortController()
    // Longer than the test may last.
    const { base, headers } = requestTo(server.url)
    const url = `${base}/?max_execution_time=600`
    const slow = fetch(url, { method: 'POST', body: endless, headers, signal: patience.signal }).catch(String)
    const next = post(server.url, 'SELECT 1')
    await delay(200)
    patience.abort()
    expect(await slow).toContain('AbortError')
    expect(await next).toMatchObject({ status: 200 })
  })

  it('drops queries that wait for their turn when their client leaves', async () => {
    const slow = post(server.url, endless, { max_execution_time: '1' })
    await delay(100)
    const patience = new AbortController()
    const { base, headers } = requestTo(server.url)
    const dropped = fetch(`${base}/?query=INSERT+INTO+t+FORMAT+CSV`, {
      method: 'POST',
      body: '99',
      headers,
      signal: patience.signal,
    }).catch(String)
    await delay(100)
    patience.abort()
    await Promise.all([slow, dropped])
    expect(await post(server.url, 'SELECT count() FROM t WHERE n = 99')).toMatchObject({ text: '0\n' })
  })

  it('turns queries away when too many wait', async () => {
    const slow = post(server.url, endless, { max_execution_time: '2' })
    const answers = await Promise.all(Array.from({ length: 230 }, () => post(server.url, 'SELECT 1')))
    await slow
    const refused = answers.filter((answer) => answer.status === 503)
    expect(refused.length).toBeGreaterThan(20)
    expect(refused[0]?.text).toContain('TOO_MANY_SIMULTANEOUS_QUERIES')
    expect(answers.filter((answer) => answer.status === 200).length).toBeGreaterThanOrEqual(199)
  })
})

describe('its data', () => {
  it('survive kill -9 as far as inserts were answered, and the next server starts at once', async () => {
    const path = join(folder.path, 'killed')
    const first = await startServer(path)
    await post(first.url, 'CREATE TABLE t (n Int64) ENGINE = MergeTree ORDER BY n')
    let answered = 0
    const writing = (async () => {
      for (let n = 1; ; n++) {
        await post(first.url, String(n), insertOne)
        answered = n
      }
    })().catch(() => undefined)
    await expect.poll(() => answered, { timeout: 20_000 }).toBeGreaterThan(30)
    expect(await first.end('SIGKILL')).toBe('SIGKILL')
    await writing

    const second = await startServer(path)
    const { text } = await post(second.url, 'SELECT count(), max(n) FROM t FORMAT JSONCompactEachRow')
    const [count, highest] = JSON.parse(text) as [number, number]
    // The one that was under way may be there too, but none twice and none missing.
    expect(count).toBe(highest)
    expect([answered, answered + 1]).toContain(count)
    expect(await readdir(join(path, 'incoming'))).toEqual([])
    expect(await second.end()).toBe(0)
  })

  it('are complete after SIGTERM, which lets accepted queries end', async () => {
    const path = join(folder.path, 'ended')
    const first = await startServer(path)
    await post(first.url, 'CREATE TABLE t (n Int64) ENGINE = MergeTree ORDER BY n')
    const slow = post(first.url, 'SELECT sleep(1)')
    const insert = post(first.url, '7', insertOne)
    await delay(200)
    expect(await first.end('SIGTERM')).toBe(0)
    expect(await slow).toMatchObject({ status: 200 })
    expect(await insert).toMatchObject({ status: 200 })
    const second = await startServer(path)
    expect(await post(second.url, 'SELECT n FROM t')).toMatchObject({ text: '7\n' })
    expect(await second.end('SIGINT')).toBe(0)
  })

  it('are released soon after SIGTERM, even under a long query', async () => {
    const server = await startServer(join(folder.path, 'busy'))
    const slow = post(server.url, endless, { max_execution_time: '600' })
    const waiting = post(server.url, 'SELECT 1')
    await delay(200)
    expect(await server.end('SIGTERM')).toBe(0)
    for (const answer of [await slow, await waiting])
      expect(answer).toMatchObject({ status: 499, text: expect.stringContaining('QUERY_WAS_CANCELLED') })
  })

  it('may lie in a folder with an odd name', async () => {
    const path = join(folder.path, `a 'b' "c" [d] \\ é`)
    const server = await startServer(path)
    await post(server.url, 'CREATE TABLE t (n Int64) ENGINE = MergeTree ORDER BY n')
    expect(await post(server.url, '1', insertOne)).toMatchObject({ status: 200 })
    expect(await post(server.url, 'SELECT n FROM t')).toMatchObject({ text: '1\n' })
    await server.end()
  })
})

describe('bad beginnings', () => {
  it('end with a usage message, or with what is wrong with the path', async () => {
    const noPort = launch(folder.path, '--port', 'many')
    expect([await noPort.ended, noPort.log()]).toEqual([2, expect.stringContaining('usage:')])
    const pattern = launch(join(folder.path, 'a{b,c}'))
    expect([await pattern.ended, pattern.log()]).toEqual([1, expect.stringContaining('in its path')])
    const noFolder = launch('/dev/null')
    expect([await noFolder.ended, noFolder.log()]).toEqual([
      1,
      expect.stringContaining('cannot open /dev/null'),
    ])
  })

  it('end with an error when the port is taken', async () => {
    const server = await startServer(join(folder.path, 'port'))
    const second = launch(join(folder.path, 'port-2'), '--port', new URL(server.url).port)
    expect([await second.ended, second.log()]).toEqual([1, expect.stringContaining('cannot listen')])
    await server.end()
  })
})
