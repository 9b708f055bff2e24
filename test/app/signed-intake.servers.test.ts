import { noQuota } from '../support/quota.ts'
import { createHmac } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import pino from 'pino'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createRecords, type Records } from '../../src/app/records.ts'
import { createSignedIntake } from '../../src/app/signed-intake.ts'
import type { Integrations } from '../../src/domain/configuration/integrations.ts'
import { createServerMetrics } from '../../src/metrics/server-metrics.ts'
import { migrate, openDatabase, type OpenDatabase } from '../../src/postgres/database.ts'
import { configurationWith } from '../domain/check/world.ts'
import { startPostgres, type TestPostgres } from '../support/servers.ts'
import { as, principal, startWeb } from '../web/world.ts'

const map = { labels: '{ "alertname": name }', startsAt: 'at', fingerprint: 'id' }
const senders: Integrations['senders'] = {
  grafana: { name: 'grafana', title: 'Grafana', kind: 'grafana', secret: '${env:SECRET}' },
  sentry: { name: 'sentry', title: 'Sentry', kind: 'sentry', secret: '${env:SECRET}' },
  github: { name: 'github', title: 'GitHub', kind: 'github', secret: '${env:SECRET}', service: 'shop' },
  gitlab: { name: 'gitlab', title: 'GitLab', kind: 'gitlab', secret: '${env:SECRET}' },
  locked: { name: 'locked', title: 'Locked', kind: 'gitlab', secret: '${env:MISSING}' },
  aws: { name: 'aws', title: 'AWS', kind: 'sns', topics: ['arn:aws:sns:eu-west-1:123456789012:alarms'] },
  kuma: { name: 'kuma', title: 'Kuma', kind: 'json', map },
  slow: { name: 'slow', title: 'Slow', kind: 'json', map: { labels: '$match(t, /^(a+)+$/)' } },
  any: { name: 'any', title: 'Any' },
}
const secret = 'a secret of both'

let postgres: TestPostgres
let database: OpenDatabase
let records: Records
let app: FastifyInstance
const metrics = createServerMetrics(() => Promise.reject(new Error('no figures here')))

beforeAll(async () => {
  postgres = await startPostgres()
  database = openDatabase(postgres.url)
  await migrate(database.pool)
  const configuration = { ...configurationWith([]), integrations: { senders } }
  const running = () => configuration
  records = createRecords(database.db, () => new Date(), { running, newToken: () => 'token' })
  const log = pino({ level: 'silent' })
  const signedIntake = createSignedIntake(
    { records, running, log, metrics, withinQuota: noQuota },
    { SECRET: secret },
  )
  const web = await startWeb({
    signedIntake,
    credentials: {
      ...(await startWeb()).dependencies.credentials,
      check: async (_kind, token) =>
        token === 'responder-secret'
          ? principal('ana', 'responder')
          : { ...principal(token, token === 'viewer' ? 'viewer' : 'sender'), kind: 'sender' },
    },
  })
  app = web.app
})
afterAll(async () => {
  await app.close()
  await database.close()
  await postgres.stop()
})

const hmac = (text: string) => createHmac('sha256', secret).update(text).digest('hex')

async function post(path: string, payload: string, headers: Record<string, string> = {}) {
  const answer = await app.inject({
    method: 'POST',
    url: `/api/v1/intake/${path}`,
    headers: { 'content-type': 'application/json', ...headers },
    payload,
  })
  return { status: answer.statusCode, body: answer.json() as Record<string, unknown> }
}

const notification = JSON.stringify({
  version: '1',
  receiver: 'firewatch',
  alerts: [
    { status: 'firing', labels: { alertname: 'A' }, startsAt: '2026-03-02T03:00:00Z', fingerprint: 'f1' },
    { status: 'odd', labels: { alertname: 'B' }, startsAt: '2026-03-02T03:00:00Z', fingerprint: 'f2' },
  ],
})
const signed = { 'x-grafana-alerting-signature': hmac(notification) }

describe('what a sender signed', () => {
  it('is stored before it is answered, whatever is wrong beside it; once', async () => {
    const first = await post('grafana/grafana', notification, signed)
    expect(first).toMatchObject({ status: 400, body: { accepted: 1, duplicates: 0 } })
    expect(first.body['problems']).toEqual([expect.stringContaining('alerts[1].status')])
    expect((await post('grafana/grafana', notification, signed)).body).toMatchObject({
      accepted: 0,
      duplicates: 1,
    })
    const { rows } = await database.pool.query(
      "SELECT source FROM alert_inbox WHERE source = 'integration/grafana'",
    )
    expect(rows).toHaveLength(1)
  })

  it('is kept as a change', async () => {
    const body = JSON.stringify({
      deployment: { id: 1, ref: 'v1', environment: 'production' },
      repository: { full_name: 'acme/shop' },
    })
    const headers = { 'x-hub-signature-256': `sha256=${hmac(body)}`, 'x-github-event': 'deployment' }
    expect(await post('github/github', body, headers)).toEqual({
      status: 202,
      body: { accepted: 1, duplicates: 0 },
    })
    expect((await post('github/github', body, headers)).body).toEqual({ accepted: 0, duplicates: 1 })
    const { rows } = await database.pool.query(
      "SELECT change_id, summary, labels->>'service' AS service FROM change_events",
    )
    expect(rows).toEqual([
      {
        change_id: 'integration/github/deployment/1',
        summary: 'Deploying acme/shop v1 to production',
        service: 'shop',
      },
    ])
  })

  it('may mean nothing', async () => {
    const headers = { 'x-gitlab-token': secret, 'x-gitlab-event': 'Push Hook' }
    expect(await post('gitlab/gitlab', '{}', headers)).toEqual({
      status: 202,
      body: { accepted: 0, duplicates: 0 },
    })
    const sentry = { 'sentry-hook-signature': hmac('{}'), 'sentry-hook-resource': 'installation' }
    expect((await post('sentry/sentry', '{}', sentry)).status).toBe(202)
  })

  it.each([
    ['grafana/grafana', {}],
    ['grafana/grafana', { 'x-grafana-alerting-signature': hmac('other') }],
    ['sentry/sentry', { 'sentry-hook-signature': hmac('other') }],
    ['github/github', { 'x-hub-signature-256': hmac('not json') }],
    ['gitlab/gitlab', { 'x-gitlab-token': 'guess' }],
    ['gitlab/gitlab', { authorization: 'Bearer responder-secret' }],
  ])('%s %j: 401 without it, before the body is read', async (path, headers) => {
    expect((await post(path, 'not json', headers)).status).toBe(401)
  })

  it('SNS: 401 for a topic that is not configured', async () => {
    const body = JSON.stringify({
      Type: 'Notification',
      TopicArn: 'arn:aws:sns:eu-west-1:123456789012:other',
    })
    expect((await post('sns/aws', body, { 'content-type': 'text/plain; charset=UTF-8' })).status).toBe(401)
  })

  it.each(['not json', '', '['.repeat(100_000), '7'])(
    '400 when it is not understood: %.10s',
    async (body) => {
      const answer = await post('grafana/grafana', body, { 'x-grafana-alerting-signature': hmac(body) })
      expect(answer.status).toBe(400)
      // What is nested too deeply is refused before anything of it is read.
      expect(answer.body['problems'] ?? answer.body['error']).toBeDefined()
    },
  )

  it.each([
    'grafana/nobody',
    'grafana/github',
    'sns/any',
    'gitlab/kuma',
    'github/constructor',
    'sentry/__proto__',
  ])('%s: 404, which tells nobody what there is', async (path) => {
    expect(await post(path, '{}')).toEqual({
      status: 404,
      body: { error: 'nothing here: there is no such sender of this kind' },
    })
  })

  it('503 where its secret cannot be read', async () => {
    expect((await post('gitlab/locked', '{}', { 'x-gitlab-token': '' })).status).toBe(503)
  })

  it('413 when it is longer than a sender has reason for', async () => {
    expect((await post('sns/aws', `"${'x'.repeat(600_000)}"`)).status).toBe(413)
  })
})

describe('what a sender maps', () => {
  const body = JSON.stringify({ name: 'Down', at: '2026-03-02T03:00:00Z', id: 'm1' })
  const token = (name: string) => ({ authorization: `Bearer ${name}` })

  it('is stored, once', async () => {
    expect(await post('json/kuma', body, token('kuma'))).toEqual({
      status: 202,
      body: { accepted: 1, duplicates: 0 },
    })
    expect((await post('json/kuma', body, token('kuma'))).body).toEqual({ accepted: 0, duplicates: 1 })
  })

  it('can be tried out by whoever may send, and is then not stored', async () => {
    const { rows: before } = await database.pool.query('SELECT id FROM alert_inbox')
    const answer = await post('json/kuma?dryRun=true', body.replace('m1', 'm2'), as('responder'))
    expect(answer).toMatchObject({
      status: 200,
      body: { alerts: [{ fingerprint: 'm2', labels: { alertname: 'Down' } }], changes: [], problems: [] },
    })
    const { rows: after } = await database.pool.query('SELECT id FROM alert_inbox')
    expect(after).toEqual(before)
  })

  it.each<[string, Record<string, string>, number]>([
    ['json/kuma', {}, 401],
    ['json/kuma', token('viewer'), 403],
    // S08: the token of one sender on the address of another.
    ['json/kuma', token('slow'), 404],
    ['json/any', token('any'), 404],
    ['json/grafana', token('grafana'), 404],
    ['json/nobody', as('responder'), 404],
    ['json/nobody?dryRun=true', as('responder'), 404],
  ])('%s by %j: %i', async (path, headers, status) => {
    const authorized = Object.keys(headers).length === 0 ? { authorization: '' } : headers
    expect((await post(path, body, authorized)).status).toBe(status)
  })

  it('400 when the map does not end', async () => {
    const answer = await post('json/slow', JSON.stringify({ t: `${'a'.repeat(60)}!` }), token('slow'))
    expect(answer).toMatchObject({
      status: 400,
      body: { problems: [expect.stringContaining('took longer')] },
    })
  })

  it('400 when the body is nested too deep', async () => {
    const answer = await post('json/kuma', '['.repeat(201) + ']'.repeat(201), token('kuma'))
    expect(answer).toEqual({ status: 400, body: { error: 'the body is nested more than 200 levels deep' } })
    expect((await post('json/kuma', '['.repeat(900_000) + ']'.repeat(900_000), token('kuma'))).status).toBe(
      400,
    )
  })
})
