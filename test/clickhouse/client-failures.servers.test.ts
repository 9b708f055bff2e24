import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, it } from 'vitest'
import { createClickHouse } from '../../src/clickhouse/client.ts'
import { ClickHouseQueryFailed, ClickHouseUnavailable } from '../../src/clickhouse/errors.ts'

const failure = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (error: unknown) => error,
  )

let stranger: Server | undefined
afterEach(() => {
  stranger?.closeAllConnections()
  stranger?.close()
})

async function startStranger(listener: RequestListener, keepAliveTimeout = 5_000): Promise<string> {
  stranger = createServer({ keepAliveTimeout }, listener).listen(0, '127.0.0.1')
  await once(stranger, 'listening')
  return `http://watch:s3cret@127.0.0.1:${(stranger.address() as AddressInfo).port}`
}

async function errorWith(url: string, requestTimeoutMs = 5_000): Promise<Error> {
  const client = createClickHouse({ url, requestTimeoutMs })
  try {
    const error = await failure(client.query('SELECT 1', {}))
    expect(error).toBeInstanceOf(Error)
    expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain('s3cret')
    return error as Error
  } finally {
    await client.close()
  }
}

it('is unavailable where nobody listens', async () => {
  const error = await errorWith('http://watch:s3cret@127.0.0.1:1/')
  expect(error).toBeInstanceOf(ClickHouseUnavailable)
  expect(error.message).toBe(
    'ClickHouse at http://127.0.0.1:1 is unavailable: connect ECONNREFUSED 127.0.0.1:1',
  )
})

it('is unavailable when it does not answer in time', async () => {
  const error = await errorWith(await startStranger(() => undefined), 200)
  expect(error).toBeInstanceOf(ClickHouseUnavailable)
  expect(error.message).toContain('no answer within 200 ms')
})

it('is unavailable when the connection breaks in the middle of an answer', async () => {
  const url = await startStranger((_request, response) => {
    response.writeHead(200, { 'content-length': 100 }).write('["x"]\n["UInt8"]\n', () => response.destroy())
  })
  expect(await errorWith(url)).toBeInstanceOf(ClickHouseUnavailable)
})

it.each([
  [502, '<html>Bad Gateway</html>', ClickHouseUnavailable],
  [
    503,
    'Code: 202. DB::Exception: Too many simultaneous queries. (TOO_MANY_SIMULTANEOUS_QUERIES)',
    ClickHouseUnavailable,
  ],
  [500, 'Code: 241. DB::Exception: Memory limit exceeded. (MEMORY_LIMIT_EXCEEDED)', ClickHouseQueryFailed],
  [
    403,
    'Code: 516. DB::Exception: watch: Authentication failed. (AUTHENTICATION_FAILED)',
    ClickHouseQueryFailed,
  ],
])('takes status %i with %j for its kind of error', async (status, body, kind) => {
  const url = await startStranger((_request, response) => response.writeHead(status).end(body))
  expect(await errorWith(url)).toBeInstanceOf(kind)
})

it('takes an answer that is no result for an outage', async () => {
  const url = await startStranger((_request, response) => response.end('<html>hello</html>\n'))
  expect(await errorWith(url)).toBeInstanceOf(ClickHouseUnavailable)
})

const begun = '["x","y"]\n["UInt8","UInt8"]\n[1,2]\n'
const exception = 'Code: 395. DB::Exception: Boom. (FUNCTION_THROW_IF_VALUE_IS_NON_ZERO) (version 26.1)\n'

it.each([
  ['alone', exception],
  ['after rows', `${begun}${exception}`],
  ['in the middle of a row', `${begun}[1,${exception}`],
  ['as JSON', `${JSON.stringify({ exception: exception.trim() })}\n`],
  [
    'between marks',
    `${begun}\r\n__exception__\r\nabcdefghijklmnop\r\n${exception}82 abcdefghijklmnop\r\n__exception__\r\n`,
  ],
  ['without a line end', `${begun}${exception.trim()}`],
])('N47: tells of an exception in a body of status 200, %s', async (_, body) => {
  const url = await startStranger((_request, response) => response.end(body))
  const error = await errorWith(url)
  expect(error).toBeInstanceOf(ClickHouseQueryFailed)
  expect(error).toMatchObject({ code: 395, message: expect.stringMatching(/^Boom\./) })
})

it.each([
  ['nothing', '', 'without names and types'],
  ['names alone', '["x"]\n', 'without names and types'],
  ['half a row', `${begun}[3`, 'cut off or no result: "[3" instead of a row'],
  ['a row that lost its line end', `${begun}[3,4]`, 'cut off or no result: "[3,4]"'],
  ['a row of too few values', `${begun}[3]\n`, 'line 4 of its answer has 1 values for 2 columns'],
])('N47: never takes %s for a result', async (_, body, reason) => {
  const url = await startStranger((_request, response) => response.end(body))
  const error = await errorWith(url)
  expect(error).toBeInstanceOf(ClickHouseUnavailable)
  expect(error.message).toContain(reason)
})

it('sends user and password, a time limit, and settings that keep numbers', async () => {
  let seen: { authorization: string | undefined; search: URLSearchParams } | undefined
  const url = await startStranger((request, response) => {
    const { searchParams } = new URL(request.url ?? '', 'http://x')
    seen = { authorization: request.headers.authorization, search: searchParams }
    response.end('["x"]\n["UInt8"]\n[1]\n')
  })
  const client = createClickHouse({ url: `${url}/metrics`, requestTimeoutMs: 4_000 })
  expect(await client.query('SELECT 1', {})).toEqual([{ x: 1 }])
  await client.close()
  expect(seen?.authorization).toBe(`Basic ${Buffer.from('watch:s3cret').toString('base64')}`)
  expect(Object.fromEntries(seen?.search ?? [])).toMatchObject({
    database: 'metrics',
    max_execution_time: '4',
    wait_end_of_query: '1',
    output_format_json_quote_64bit_integers: '1',
  })
})

it('says why it cannot ping', async () => {
  const gone = createClickHouse({ url: 'http://127.0.0.1:1' })
  expect(await failure(gone.ping())).toBeInstanceOf(ClickHouseUnavailable)
  await gone.close()
})

it.each(['watch:s3cret@host', 'ftp://watch:s3cret@host', 'http://watch:s3cret@host:port'])(
  'refuses the URL %s without repeating it',
  (url) => {
    expect(() => createClickHouse({ url })).toThrow(/^The ClickHouse URL must look like[^3]*$/)
  },
)

it('drops idle sockets before a server closes them', async () => {
  let sockets = 0
  // Like ClickHouse before 23.11, which closes idle sockets after 3 s.
  const url = await startStranger((_request, response) => response.end('["x"]\n["UInt8"]\n[1]\n'), 3_000)
  stranger?.on('connection', () => sockets++)
  const client = createClickHouse({ url })
  await client.query('SELECT 1', {})
  await client.query('SELECT 1', {})
  expect(sockets).toBe(1)
  // A busy event loop past the idle time: the timer that should drop the socket has not run yet.
  const busyUntil = Date.now() + 2_600
  while (Date.now() < busyUntil);
  await client.query('SELECT 1', {})
  expect(sockets).toBe(2)
  await client.close()
})
