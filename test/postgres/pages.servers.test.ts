import { begin } from '../support/pages.ts'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { NewPage } from '../../src/domain/escalate.ts'
import type { Page, PageState } from '../../src/domain/page.ts'
import { mayBecome, type PageSettlement } from '../../src/domain/page-state.ts'
import { migrate, type OpenDatabase, openDatabase } from '../../src/postgres/database.ts'
import { createPageRecords, type PageRecords } from '../../src/postgres/pages.ts'
import { startPostgres, type TestPostgres } from '../support/servers.ts'

let postgres: TestPostgres
let database: OpenDatabase
let pages: PageRecords
const at = '2026-03-01T03:00:00.000Z'
const later = '2026-03-01T03:00:09.000Z'

beforeAll(async () => {
  postgres = await startPostgres()
  database = openDatabase(postgres.url)
  await migrate(database.pool)
  pages = createPageRecords(database.db)
  await database.db.insertInto('config_revisions').values({ revision: 'r1', content: '{}' }).execute()
})
afterAll(async () => {
  await database.close()
  await postgres.stop()
})

let incident = 0
beforeEach(async () => {
  const row = await database.db
    .insertInto('incidents')
    .values({
      grouping_key: `key-${incident}`,
      title: 'checkout: error-rate',
      service: 'checkout',
      labels: '{}',
      severity: 'P1',
      severity_set_by: null,
      state: 'open',
      config_revision: 'r1',
      runbook: null,
      recurrence_of: null,
      chart_token: `token-${incident}`,
      started_at: new Date(at),
      acknowledged_at: null,
      acknowledged_by: null,
      mitigated_at: null,
      resolved_at: null,
      resolved_by: null,
    })
    .returning('number')
    .executeTakeFirstOrThrow()
  incident = row.number
})

function newPage(change: Partial<NewPage> = {}): NewPage {
  const { person = 'ana', contact = 0, kind = 'page' } = change
  const id = `INC-${incident}/${kind}/${person}/c${contact}`
  return { id, incident, kind, step: 1, round: 0, person, channel: 'webhook', contact, ...change }
}

/** A page brought into a state by the ways that lead there. */
async function pageIn(state: PageState | 'failed, for good', person = 'ana'): Promise<Page> {
  const page = newPage({ person })
  await pages.queue([page], at)
  if (state !== 'queued' && state !== 'cancelled') await begin(pages, page.id)
  const how: Readonly<Record<string, PageSettlement>> = {
    sent: { state: 'sent', at },
    delivered: { state: 'delivered', at },
    failed: { state: 'failed', at, error: 'answered 500', final: false },
    'failed, for good': { state: 'failed', at, error: 'answered 400', final: true },
    unknown: { state: 'unknown', at, error: 'lost' },
    cancelled: { state: 'cancelled', at, reason: 'ben acknowledged' },
  }
  const settlement = how[state]
  if (settlement !== undefined) await pages.settle(page.id, settlement)
  const stored = await pages.find(page.id)
  if (stored === undefined) throw new Error(`${page.id} was not stored`)
  return stored
}

const everyState = [
  'queued',
  'sending',
  'sent',
  'delivered',
  'failed',
  'failed, for good',
  'unknown',
  'cancelled',
] as const

describe('the outbox of pages', () => {
  it('stores a page once, and a repeat changes nothing', async () => {
    await pages.queue([newPage(), newPage({ person: 'ben' })], at)
    await begin(pages, newPage().id)
    await pages.queue([newPage({ channel: 'pagerduty' }), newPage({ person: 'carl' })], later)
    expect(
      (await pages.ofIncident(incident)).map(({ person, channel, state, attempts }) => [
        person,
        channel,
        state,
        attempts,
      ]),
    ).toEqual([
      ['ana', 'webhook', 'sending', 1],
      ['ben', 'webhook', 'queued', 0],
      ['carl', 'webhook', 'queued', 0],
    ])
  })

  it('stores nothing when there is nothing to store', async () => {
    await pages.queue([], at)
    expect(await pages.ofIncident(incident)).toEqual([])
    expect(await pages.find('INC-0/nobody')).toBeUndefined()
  })

  it('tells the whole story of a page that went out at the second try', async () => {
    await pages.queue([newPage()], at)
    await begin(pages, newPage().id)
    const failed = await pages.settle(newPage().id, {
      state: 'failed',
      at,
      error: 'answered 500',
      final: false,
    })
    expect(failed).toMatchObject({
      state: 'failed',
      attempts: 1,
      lastError: 'answered 500',
      finishedAt: null,
    })
    await begin(pages, newPage().id)
    expect(await pages.settle(newPage().id, { state: 'sent', at: later, providerId: 'pd-1' })).toEqual({
      ...newPage(),
      state: 'sent',
      attempts: 2,
      unknownTries: 0,
      providerId: 'pd-1',
      lastError: null,
      leader: newPage().id,
      createdAt: at,
      sentAt: later,
      finishedAt: later,
    })
  })

  it('counts tries that never reported when the next one begins', async () => {
    const { id } = await pageIn('sending')
    expect(await begin(pages, id)).toMatchObject({ attempts: 2, unknownTries: 1 })
    await pages.settle(id, { state: 'failed', at, error: 'answered 500', final: false })
    expect(await begin(pages, id)).toMatchObject({ attempts: 3, unknownTries: 1 })
  })

  it('keeps an error to one bounded line, whatever was said', async () => {
    const { id } = await pageIn('sending')
    const error = `\u0000 ${'🔥\n'.repeat(500)}`
    const { lastError } = await pages.settle(id, { state: 'failed', at, error, final: true })
    expect(lastError?.length).toBeLessThanOrEqual(300)
    expect(lastError).toMatch(/^🔥 🔥/)
  })

  it('refuses to settle a page that is not there', async () => {
    await expect(pages.settle('INC-0/nobody', { state: 'sent', at })).rejects.toThrow('no result')
  })
})

describe('a change that comes too late', () => {
  const news: PageSettlement[] = [
    { state: 'sent', at: later },
    { state: 'delivered', at: later },
    { state: 'failed', at: later, error: 'late', final: false },
    { state: 'failed', at: later, error: 'late', final: true },
    { state: 'unknown', at: later, error: 'late' },
    { state: 'cancelled', at: later, reason: 'late' },
  ]
  const pairs = everyState.flatMap((state) => news.map((settlement) => [state, settlement] as const))

  it.each(pairs)('%s, then %j: as the states allow', async (state, settlement) => {
    const before = await pageIn(state)
    const after = await pages.settle(before.id, settlement)
    expect(after.state).toBe(mayBecome(before, settlement.state) ? settlement.state : before.state)
    if (!mayBecome(before, settlement.state)) expect(after).toEqual(before)
  })

  it.each(everyState)('%s: sending begins only where a try is due', async (state) => {
    const before = await pageIn(state)
    const started = await begin(pages, before.id)
    if (mayBecome(before, 'sending'))
      expect(started).toMatchObject({ state: 'sending', attempts: before.attempts + 1 })
    else expect(started).toBeUndefined()
  })
})

describe('a page that takes the place of another', () => {
  const next = () => newPage({ contact: 1 })

  it('is queued with the end of the first', async () => {
    const { id } = await pageIn('sending')
    await pages.settle(id, { state: 'failed', at, error: 'answered 400', final: true }, next())
    expect(await pages.find(next().id)).toMatchObject({ state: 'queued', contact: 1 })
  })

  it('is not queued when the first was called off meanwhile', async () => {
    const { id } = await pageIn('cancelled')
    await pages.settle(id, { state: 'failed', at, error: 'answered 400', final: true }, next())
    expect(await pages.find(next().id)).toBeUndefined()
  })

  it('leaves the first as it was when it cannot be queued', async () => {
    const { id } = await pageIn('sending')
    const failed = { state: 'failed', at, error: 'answered 400', final: true } as const
    await expect(pages.settle(id, failed, { ...next(), incident: 999_999 })).rejects.toThrow('foreign key')
    expect(await pages.find(id)).toMatchObject({ state: 'sending' })
  })
})

describe('calling pages off', () => {
  it('ends those that no provider has, and no other', async () => {
    for (const state of everyState) await pageIn(state, state)
    await pages.queue([newPage({ kind: 'acknowledged', person: 'follow-up' })], at)
    await pages.cancelUnsent(incident, { reason: 'ana acknowledged', except: [] }, later)
    const states = Object.fromEntries(
      (await pages.ofIncident(incident)).map((page) => [page.person, page.state]),
    )
    expect(states).toEqual({
      queued: 'cancelled',
      sending: 'unknown',
      sent: 'sent',
      delivered: 'delivered',
      failed: 'cancelled',
      'failed, for good': 'failed',
      unknown: 'unknown',
      cancelled: 'cancelled',
      'follow-up': 'queued',
    })
  })

  it('says why, and leaves what was called off before', async () => {
    await pageIn('cancelled', 'before')
    await pageIn('queued', 'now')
    await pageIn('sending', 'halfway')
    await pages.cancelUnsent(incident, { reason: 'ana acknowledged', except: [] }, later)
    const told = (await pages.ofIncident(incident)).map((page) => [
      page.person,
      [page.lastError, page.finishedAt],
    ])
    expect(Object.fromEntries(told)).toEqual({
      before: ['ben acknowledged', at],
      halfway: ['called off while it was being sent: ana acknowledged', later],
      now: ['ana acknowledged', later],
    })
  })

  it('and sending never both win', async () => {
    for (let round = 0; round < 20; round++) {
      const { id } = await pageIn('queued', `person-${round}`)
      const [started] = await Promise.all([
        begin(pages, id),
        pages.cancelUnsent(incident, { reason: 'ana acknowledged', except: [] }, at),
      ])
      const { state } = (await pages.find(id)) ?? {}
      expect(state).toBe(started === undefined ? 'cancelled' : 'unknown')
    }
  })
})
