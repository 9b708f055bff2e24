import { userInfo } from 'node:os'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { type FakeWebhook, startFakeWebhook } from '../../examples/fakes/webhook.ts'
import { createClickHouse } from '../../src/clickhouse/client.ts'
import type { Incident } from '../../src/domain/incident/incident.ts'
import type { IncidentView } from '../../src/web/incident-view.ts'
import { firewatch, removeData, startUp, type UpFirewatch } from '../support/firewatch.ts'
import { shopAlerts, twoPeople } from './two-people.ts'

const soon = { timeout: 60_000, interval: 100 }

describe('the command line', () => {
  let people: FakeWebhook
  let up: UpFirewatch
  const run = (...args: string[]) => firewatch([...args, '--data', up.dataDir])

  beforeAll(async () => {
    people = await startFakeWebhook()
    up = await startUp(twoPeople('10m'), { JOURNEY_ANA_URL: people.url, JOURNEY_BEN_URL: people.url })
    await up.api('POST', '/api/v1/alerts', shopAlerts(['CheckoutDown']))
    await vi.waitFor(() => expect(people.effects()).toHaveLength(1), soon)
  })
  afterAll(async () => {
    await up.stop()
    await people.stop()
    await removeData(up.dataDir)
  })

  it('lists what is open, as a table for people and as JSON for programs', async () => {
    const { code, stdout } = await run('incidents')
    expect(code).toBe(0)
    expect(stdout).toMatch(/^incident {2}severity {2}state/)
    expect(stdout).toMatch(/INC-1 +P1 +open +- .*CheckoutDown is wrong \(shop\)/)
    const listed = JSON.parse((await run('incidents', '--json')).stdout) as Incident[]
    expect(listed.map(({ number, state }) => [number, state])).toEqual([[1, 'open']])
  })

  it('escalates at once, notes, acknowledges and resolves, each with its actor', async () => {
    expect((await run('escalate', 'INC-1')).stdout).toContain('next escalation step')
    await vi.waitFor(() => expect(people.effects()).toHaveLength(2), soon)
    expect((await run('note', 'INC-1', 'the', 'certificate', 'expired')).code).toBe(0)
    expect((await run('ack', 'INC-1')).stdout).toContain('INC-1 acknowledged')
    expect((await run('ack', 'INC-1')).stdout).toContain(`already acknowledged by ${userInfo().username}`)
    expect((await run('show', 'INC-1')).stdout).toContain('the certificate expired')
    expect((await run('resolve', 'INC-1', '--anyway')).code).toBe(0)
    await vi.waitFor(
      async () => expect((await run('review', 'INC-1')).stdout).toContain('# Post-mortem of INC-1'),
      soon,
    )

    const shown = JSON.parse((await run('show', 'INC-1', '--json')).stdout) as {
      incident: Incident
    } & IncidentView
    expect(shown.incident).toMatchObject({ state: 'resolved', resolvedBy: userInfo().username })
    const byPeople = shown.timeline
      .filter(({ actor }) => actor === userInfo().username)
      .map(({ kind }) => kind)
    expect(byPeople).toEqual(['escalation', 'note', 'acknowledged', 'resolved'])
  })

  it('refuses a command on what is over, with a sentence and exit code 4', async () => {
    await vi.waitFor(async () => expect((await run('show', 'INC-1')).stdout).toContain('resolved'), soon)
    const { code, stderr } = await run('ack', 'INC-1')
    expect([code, stderr.trim()]).toEqual([4, 'INC-1 is resolved; a closed incident never re-opens'])
    expect((await run('show', 'INC-9')).code).toBe(4)
  })

  it('takes, snoozes, hands over, sets the severity and applies a policy, and says afterwards why who was paged', async () => {
    await up.api('POST', '/api/v1/alerts', shopAlerts(['CardsDown']))
    await vi.waitFor(
      async () => expect((await run('why', 'INC-2')).stdout).toContain('ana, webhook: sent'),
      soon,
    )
    expect((await run('take', 'INC-2')).stdout).toBe('you have it\n')
    expect((await run('take', 'INC-2')).stdout).toBe('you have it already\n')
    expect((await run('snooze', 'INC-2', '--for', '1h')).stdout).toContain('it escalates again in 1 h')
    expect((await run('severity', 'INC-2', 'P2')).stdout).toBe('INC-2 is P2 now\n')
    expect((await run('apply-policy', 'INC-2', '--keep')).stdout).toContain('applies from now on')
    expect((await run('apply-policy', 'INC-2', '--policy', 'none')).code).toBe(4)
    expect((await run('hand-over', 'INC-2', '--to', 'ben')).stdout).toContain(
      'paged ben, who owns it once they acknowledge',
    )
    expect((await run('escalate', 'INC-2', '--as-of', 'r0/s0')).stderr).toContain('already escalated')
    const told = async () => (await run('incident', 'why', 'INC-2', '--paging')).stdout
    await vi.waitFor(
      async () => expect(await told()).toMatch(/hands over to ben.*\n +ben, webhook: sent/),
      soon,
    )
    expect(await told()).toMatch(/snoozed it for 1 h; escalates again at 20/)
    expect(await told()).toContain('set the severity from P1 to P2')
    expect((await run('resolve', 'INC-2', '--anyway')).code).toBe(0)
  })

  it('is audited: all is well with paging', async () => {
    const { url, token } = await up.run()
    const metrics = async () =>
      (await fetch(new URL('/metrics', url), { headers: { authorization: `Bearer ${token}` } })).text()
    await vi.waitFor(
      async () => expect(await metrics()).toMatch(/^firewatch_audit_last_ok_timestamp_seconds 1\d{9}/m),
      soon,
    )
    expect(await metrics()).not.toMatch(/^firewatch_audit_findings\{.*\} [1-9]/m)
  })

  it('says 2 for wrong usage and 3 where no Firewatch runs', async () => {
    expect((await firewatch(['acknowledge'])).code).toBe(2)
    const { code, stderr } = await firewatch(['incidents', '--data', `${up.dataDir}/elsewhere`])
    expect(code).toBe(3)
    expect(stderr).toContain('firewatch up')
  })

  it('prints a link that opens the console once', async () => {
    const link = (await run('login')).stdout.trim()
    const { url } = await up.run()
    expect(link.startsWith(`${url}/login/`)).toBe(true)
    const open = () => fetch(link, { method: 'POST', redirect: 'manual' })
    expect((await open()).headers.get('set-cookie')).toContain('firewatch_session=')
    expect((await open()).headers.get('set-cookie')).toBeNull()
  })

  it('makes tokens for configured people, whose role then counts', async () => {
    const token = (await run('token', 'ana')).stdout.trim()
    const { url } = await up.run()
    const post = (path: string) =>
      fetch(new URL(path, url), { method: 'POST', headers: { authorization: `Bearer ${token}` } })
    expect((await post('/api/v1/tokens')).status).toBe(403)
    expect((await run('token', 'mallory')).code).toBe(4)
  })
})

describe('checks on the command line', () => {
  const withChecks = `${twoPeople()}
sources:
  orders: { table: shop.orders, timeColumn: time }
metrics:
  orders: { title: Orders, source: orders, kind: count, sql: count() }
checks:
  orders: { service: shop, metrics: [orders], detector: { kind: threshold, op: '<', value: 1 }, bucket: 1s, late: 0s }
  tried: { service: shop, metrics: [orders], detector: { kind: threshold, op: '<', value: 1 }, bucket: 1s, scheduled: false }
`
  let people: FakeWebhook
  let up: UpFirewatch
  const run = (...args: string[]) => firewatch([...args, '--data', up.dataDir])

  beforeAll(async () => {
    people = await startFakeWebhook()
    up = await startUp(withChecks, { JOURNEY_ANA_URL: people.url, JOURNEY_BEN_URL: people.url })
    const clickhouse = createClickHouse({ url: (await up.run()).clickhouseUrl })
    await clickhouse.command('CREATE DATABASE shop')
    await clickhouse.command('CREATE TABLE shop.orders (time DateTime) ENGINE = MergeTree ORDER BY time')
    // An order each second, for longer than the test lasts.
    await clickhouse.command('INSERT INTO shop.orders SELECT now() + number FROM numbers(300)')
    await clickhouse.close()
  })
  afterAll(async () => {
    await up.stop()
    await people.stop()
    await removeData(up.dataDir)
  })

  it('are listed with the counts of their verdicts, also those that were not judged yet', async () => {
    await vi.waitFor(async () => {
      const { stdout } = await run('checks')
      expect(stdout).toMatch(/^check +firing +ok +unknown +newest bucket/)
      expect(stdout).toMatch(/^orders +0 +1 +0 +\d{4}-/m)
      expect(stdout).toMatch(/^tried +- +- +- +not judged yet$/m)
    }, soon)
    const told = JSON.parse((await run('checks', '--json')).stdout) as Record<string, unknown>
    expect(told).toMatchObject({ checks: [{ check: 'orders', ok: 1 }], notJudged: ['tried'] })
  })

  it('tell the newest verdict of each series', async () => {
    const { code, stdout } = await run('verdicts', 'orders')
    expect(code).toBe(0)
    expect(stdout).toMatch(/^ok +Orders +1 +1 the threshold +within-threshold +\d{4}-/m)
    expect((await run('verdicts', 'tried')).stdout).toContain('tried was not judged yet')
    const { series } = JSON.parse((await run('verdicts', 'orders', '--json')).stdout) as {
      series: { verdicts: { state: string }[] }[]
    }
    expect(series[0]?.verdicts.at(-1)?.state).toBe('ok')
  })

  it('are named when another one is asked for', async () => {
    const { code, stderr } = await run('verdicts', 'ordres')
    expect([code, stderr.trim()]).toEqual([4, 'there is no check ordres; "firewatch checks" lists them'])
  })
})
