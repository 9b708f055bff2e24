import { Client, Connection } from '@temporalio/client'
import { NativeConnection } from '@temporalio/worker'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { searchAttributeNames } from '../../src/domain/incident/messages.ts'
import { connectionSettings, temporalAccessFrom } from '../../src/temporal/access.ts'
import { createTemporalQuestions } from '../../src/temporal/questions.ts'
import { registerSearchAttributes } from '../../src/temporal/search-attributes.ts'
import { certificates, temporalBehindTls } from '../support/temporal-behind-tls.ts'
import { startTemporal } from '../support/temporal.ts'

const authority = {
  TEMPORAL_TLS_SERVER_CA_CERT_PATH: `${certificates}ca.pem`,
  TEMPORAL_TLS_SERVER_NAME: 'temporal.firewatch.test',
}
const clientPair = {
  TEMPORAL_TLS_CLIENT_CERT_PATH: `${certificates}client.pem`,
  TEMPORAL_TLS_CLIENT_KEY_PATH: `${certificates}client.key`,
}
const apiKey = 'k3y-of-a-namespace'
const answerWithinMs = 10_000

let temporal: Awaited<ReturnType<typeof startTemporal>>
let proxy: Awaited<ReturnType<typeof temporalBehindTls>>
const opened: { close(): Promise<void> }[] = []

beforeAll(async () => {
  temporal = await startTemporal()
})
afterAll(() => temporal?.teardown())
afterEach(async () => {
  for (const one of opened.splice(0).toReversed()) await one.close()
})

async function guarded(guard: Parameters<typeof temporalBehindTls>[1]) {
  proxy = await temporalBehindTls(temporal.address, guard)
  opened.push(proxy)
}

function accessFrom(env: Readonly<Record<string, string>>) {
  const problems: string[] = []
  return { access: temporalAccessFrom(env, (problem) => problems.push(problem)), problems }
}

/** As a worker connects. */
async function connected(env: Readonly<Record<string, string>>): Promise<NativeConnection> {
  const settings = await connectionSettings(proxy.address, accessFrom(env).access)
  const connection = await NativeConnection.connect(settings)
  opened.push(connection)
  return connection
}

/** As a server asks. */
async function asked(env: Readonly<Record<string, string>>): Promise<void> {
  const questions = createTemporalQuestions({
    temporalAddress: proxy.address,
    temporalNamespace: 'default',
    temporalAccess: accessFrom(env).access,
  })
  try {
    await questions.answers()
  } finally {
    await questions.close()
  }
}

const failure = (promise: Promise<unknown>) =>
  promise.then(
    () => 'no failure',
    (error: unknown) => String(error),
  )

describe('N45: a Temporal behind TLS', () => {
  it.each([
    ['its own authority', {}, authority],
    ['client certificates', { mutual: true }, { ...authority, ...clientPair }],
    ['an API key', { apiKey }, { ...authority, TEMPORAL_API_KEY: apiKey }],
    ['a header', { apiKey }, { ...authority, TEMPORAL_GRPC_META_AUTHORIZATION: `Bearer ${apiKey}` }],
  ])('with %s answers worker and server', async (_name, guard, env) => {
    await guarded(guard)
    const connection = await connected(env)
    const client = new Client({ connection })
    expect(
      await connection.withDeadline(Date.now() + answerWithinMs, () => client.workflow.count()),
    ).toBeDefined()
    await asked(env)
  })

  it.each([
    ['without its authority', {}, { TEMPORAL_TLS: 'true' }],
    ['by another name', {}, { ...authority, TEMPORAL_TLS_SERVER_NAME: 'other.firewatch.test' }],
    ['in clear text', {}, {}],
    ['without a client certificate', { mutual: true }, authority],
    ['with another key', { apiKey }, { ...authority, TEMPORAL_API_KEY: 'another-s3cret' }],
    ['without a key', { apiKey }, authority],
  ])('refuses those who come %s, and their key is not told', async (_name, guard, env) => {
    await guarded(guard)
    const told = [await failure(connected(env)), await failure(asked(env))]
    for (const one of told) {
      expect(one).not.toBe('no failure')
      expect(one).not.toMatch(/k3y|s3cret/)
    }
  })

  it('is asked again once a certificate is there that was not', async () => {
    await guarded({})
    const missing = { ...authority, TEMPORAL_TLS_SERVER_CA_CERT_PATH: '/nowhere/ca.pem' }
    expect(await failure(asked(missing))).toContain('/nowhere/ca.pem')
    expect(await failure(connected(missing))).toMatch(
      /named by TEMPORAL_TLS_SERVER_CA_CERT_PATH, cannot be read \(ENOENT\)/,
    )
    const noPem = { ...authority, TEMPORAL_TLS_SERVER_CA_CERT_PATH: `${certificates}README.md` }
    expect(await failure(connected(noPem))).toContain('holds no PEM text')
  })
})

describe('N45: search attributes where nobody may register them', () => {
  const register = async () => {
    const connection = await Connection.connect(
      await connectionSettings(proxy.address, accessFrom(authority).access),
    )
    opened.push(connection)
    await connection.withDeadline(Date.now() + answerWithinMs, () =>
      registerSearchAttributes(connection, 'default'),
    )
  }

  it.each(['refused', 'read-only'] as const)('are enough when they are there (%s)', async (operator) => {
    await guarded({ operator })
    await register()
  })

  it.each(['refused', 'read-only'] as const)('are named when they are not there (%s)', async (operator) => {
    const [first = ''] = Object.values(searchAttributeNames)
    const { operatorService } = temporal.connection
    const names = { namespace: 'default', searchAttributes: [first] }
    await operatorService.removeSearchAttributes(names)
    try {
      await guarded({ operator })
      await expect.poll(() => failure(register())).toContain(`add ${first} to namespace "default" as Keyword`)
    } finally {
      await operatorService.addSearchAttributes({ namespace: 'default', searchAttributes: { [first]: 2 } })
    }
  })
})

describe('N45: variables of another Temporal', () => {
  it.each([
    [{ TEMPORAL_TLS_CLIENT_CERT_PATH: '/c.pem' }, /CERT_… and TEMPORAL_TLS_CLIENT_KEY_… belong together/],
    [{ TEMPORAL_TLS_CLIENT_KEY_DATA: 'x' }, /belong together/],
    [
      { TEMPORAL_TLS_SERVER_CA_CERT_PATH: '/a', TEMPORAL_TLS_SERVER_CA_CERT_DATA: 'b' },
      /are both set: keep one/,
    ],
    [{ TEMPORAL_TLS: 'perhaps' }, /TEMPORAL_TLS is neither true nor false/],
    [{ TEMPORAL_TLS: 'false', TEMPORAL_API_KEY: 'k3y' }, /never sent in clear text/],
    [{ TEMPORAL_GRPC_META_AUTHORIZATION: 'Bearer k3y' }, /AUTHORIZATION is set without TLS/],
    [{ TEMPORAL_TLS: 'false', TEMPORAL_GRPC_META_AUTHORIZATION: 'k3y' }, /never sent in clear text/],
    [{ TEMPORAL_API_KEY: 'Bearer k3y' }, /TEMPORAL_API_KEY has white space inside/],
    [{ TEMPORAL_TLS_DISABLE_HOST_VERIFICATION: 'true' }, /is not supported/],
  ])('%o is a problem', (env, problem) => {
    const { problems } = accessFrom(env)
    expect(problems).toEqual([expect.stringMatching(problem)])
    expect(problems.join()).not.toContain('k3y')
  })

  it.each([
    [{}, { headers: {} }],
    [{ TEMPORAL_TLS: '', TEMPORAL_API_KEY: '', TEMPORAL_TLS_CLIENT_CERT_PATH: '' }, { headers: {} }],
    [{ TEMPORAL_TLS: 'false' }, { headers: {} }],
    [{ TEMPORAL_TLS: '1' }, { tls: {}, headers: {} }],
    [{ TEMPORAL_API_KEY: 'k\r\n' }, { tls: {}, apiKey: 'k', headers: {} }],
    [{ TEMPORAL_API_KEY: 'k' }, { tls: {}, apiKey: 'k', headers: {} }],
    [
      { TEMPORAL_TLS_SERVER_CA_CERT_DATA: 'pem', TEMPORAL_GRPC_META_X_TEAM: 'ops' },
      {
        tls: { authority: { variable: 'TEMPORAL_TLS_SERVER_CA_CERT_DATA', pem: 'pem' } },
        headers: { 'x-team': 'ops' },
      },
    ],
  ])('%o mean what Temporal says', (env, expected) => {
    expect(accessFrom(env)).toEqual({ access: expected, problems: [] })
  })
})
