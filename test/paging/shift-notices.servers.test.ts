import { beforeEach, describe, expect, it } from 'vitest'
import { createChannels } from '../../src/app/edges.ts'
import type { ChangeRequest } from '../../src/domain/on-call/changes.ts'
import { createNoticeSender } from '../../src/paging/notice-sender.ts'
import {
  accounts,
  atStart,
  chat,
  duty,
  escalationWorld,
  mailbox,
  publicUrl,
  slackPerson,
} from '../support/escalation.ts'
import { alwaysOn, override, swapOffer, temporary } from '../support/on-call.ts'
import { user } from '../support/pages.ts'

const world = escalationWorld()
const schedule = { ...alwaysOn('feed', 'ana'), title: 'Feed' }
const at = (hour: number) => Date.parse('2026-03-01T00:00Z') + hour * 3_600_000
const webhook = { channel: 'webhook', url: '${env:HOOK}' } as const
const backup = { channel: 'webhook', url: '${env:BACKUP}' } as const
let requests = 0

beforeEach(async () => {
  await world.database.pool.query('TRUNCATE schedule_changes, on_call_notices')
})

function add(requested: ChangeRequest, actor = 'boss', reason = 'wedding') {
  requests += 1
  const context = { actor, at: world.at.getTime(), reason, requestKey: `notice-${requests}` }
  return world.records.scheduleChanges.add(schedule, requested, context)
}

function sender() {
  const now = () => world.at
  const log = { info: () => undefined, warn: () => undefined, error: () => undefined }
  return createNoticeSender({
    notices: world.records.onCallNotices,
    channels: createChannels(
      (reference) => world.resolveSecret(reference),
      now,
      async () => undefined,
      log,
      () => accounts,
    ),
    running: () => ({ ...atStart, timeZone: 'Europe/Berlin', users: world.running }),
    publicUrl,
    log,
    now,
  })
}

/** Those of one moment go out at once, in any order. */
const bodies = () =>
  world.receiver
    .effects()
    .map(({ body }) => body)
    .toSorted((a, b) => (String(a['person']) < String(b['person']) ? -1 : 1))

describe('N39: whoever is put on call, or taken off, is told', () => {
  it('by an override: both, once, by their own contact, with when, by whom and why', async () => {
    await add(override(at(10), at(18), 'ana', 'ben'))
    expect(await sender().sendDue()).toBe(2)
    expect(await sender().sendDue()).toBe(0)
    expect(bodies()).toEqual([
      expect.objectContaining({
        kind: 'on-call',
        person: 'ana',
        title:
          'You are no longer on call for Feed from Sun 2026-03-01 11:00+01:00 to Sun 2026-03-01 19:00+01:00 (Europe/Berlin)',
        lines: ['Changed by boss: wedding'],
        incidentUrl: `${publicUrl}/on-call#schedule-feed`,
      }),
      expect.objectContaining({
        kind: 'on-call',
        person: 'ben',
        title:
          'You are on call for Feed from Sun 2026-03-01 11:00+01:00 to Sun 2026-03-01 19:00+01:00 (Europe/Berlin)',
      }),
    ])
  })

  it('by temporary shifts, with all of them', async () => {
    await add(
      temporary(at(10), at(40), [
        { from: at(12), to: at(14), people: ['ben'] },
        { from: at(20), to: at(22), people: ['ben'] },
      ]),
    )
    await sender().sendDue()
    expect(bodies().find(({ person }) => person === 'ben')).toMatchObject({
      title: 'Your shifts for Feed have changed',
      lines: [
        expect.stringContaining('You are on call for Feed from Sun 2026-03-01 13:00+01:00'),
        expect.stringContaining('You are on call for Feed from Sun 2026-03-01 21:00+01:00'),
        'Changed by boss: wedding',
      ],
    })
  })

  it('by a swap once it is taken, and by the end of a change; nobody tells themselves', async () => {
    await add(swapOffer(at(10), at(18), 'ana'), 'ana', '')
    expect(await sender().sendDue()).toBe(0)
    const [{ id } = { id: '' }] = await world.records.scheduleChanges.list()
    const by = { configured: schedule, actor: 'ben' }
    await world.records.scheduleChanges.take('feed', id, 'ben', world.at.getTime(), by)
    await sender().sendDue()
    expect(bodies().map(({ person }) => person)).toEqual(['ana'])
    expect(bodies()[0]?.['title']).toContain('You are no longer on call for Feed from Sun 2026-03-01 11:00')
    await world.records.scheduleChanges.end('feed', id, 'boss', at(12), schedule)
    world.at = new Date(at(12))
    await sender().sendDue()
    expect(bodies().slice(-2)).toEqual([
      expect.objectContaining({
        person: 'ana',
        title: expect.stringContaining('You are on call for Feed from Sun 2026-03-01 13:00'),
      }),
      expect.objectContaining({ person: 'ben', title: expect.stringContaining('You are no longer on call') }),
    ])
  })

  it('once, when the same request comes again', async () => {
    const context = { actor: 'boss', at: world.at.getTime(), reason: '', requestKey: 'twice' }
    await world.records.scheduleChanges.add(schedule, override(at(10), at(18), null, 'ben'), context)
    await world.records.scheduleChanges.add(schedule, override(at(10), at(18), null, 'ben'), context)
    expect(await sender().sendDue()).toBe(1)
  })

  it.each([
    [
      'Slack',
      slackPerson,
      () => world.slack.messages.map(({ shown, buttons }) => `${shown}${buttons.length}`),
    ],
    ['Telegram', chat, () => world.telegram.messages.map(({ text }) => text)],
    ['mail', mailbox, () => world.smtp.mails.map(({ subject, text }) => `${subject}\n${text}`)],
  ])('on %s, with no severity, no incident and nothing to press', async (_, contact, said) => {
    world.running = { ...atStart.users, ben: user('ben', [contact]) }
    await add(override(at(10), at(18), null, 'ben'))
    await sender().sendDue()
    const [text = ''] = said()
    expect(text).toContain('You are on call for Feed from Sun 2026-03-01 11:00+01:00')
    expect(text).toContain('Changed by boss: wedding')
    expect(text).toContain('Open the schedule')
    expect(text).not.toMatch(/P3|INC-|since|Re:|Acknowledge/)
  })

  it('never by PagerDuty, where it would call them', async () => {
    world.running = { ...atStart.users, ben: user('ben', [duty, webhook]), cy: user('cy', [duty]) }
    await add(override(at(10), at(18), null, 'ben'))
    await add(override(at(10), at(18), null, 'cy'))
    await sender().sendDue()
    expect(bodies().map(({ person }) => person)).toEqual(['ben'])
    expect(world.pagerDuty.received).toEqual([])
    const { rows } = await world.database.pool.query(
      'SELECT state, last_error FROM on_call_notices WHERE person = $1',
      ['cy'],
    )
    expect(rows).toEqual([{ state: 'failed', last_error: 'no contact of theirs takes notices' }])
  })

  it('by their next contact when the first is refused, and after a break when it is down', async () => {
    world.running = { ...atStart.users, ben: user('ben', [webhook, backup]) }
    world.receiver.next({ kind: 'answer', status: 503 })
    world.receiver.next({ kind: 'answer', status: 410 })
    await add(override(at(10), at(18), null, 'ben'))
    await sender().sendDue()
    expect(await sender().sendDue()).toBe(0)
    world.at = new Date(world.at.getTime() + 2_000)
    await sender().sendDue()
    await sender().sendDue()
    expect(bodies()).toEqual([])
    expect(world.backupReceiver.effects().map(({ body }) => body['person'])).toEqual(['ben'])
  })
})
