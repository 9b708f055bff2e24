import { describe, expect, it } from 'vitest'
import { laneRules } from '../../src/domain/bundle.ts'
import { escalationWorld, start } from '../support/escalation.ts'

/** Incidents one after the other, each of which pages ben of step 1 by webhook. */
const world = escalationWorld()

async function pagesOfBen(count: number): Promise<string[]> {
  const pages: string[] = []
  for (let number = 0; number < count; number++) {
    if (number > 0) await world.openAnother(number === count - 1 ? { service: 'shop' } : {})
    pages.push(await world.onlyPageOf(1, 'ben'))
    await world.pages.cancelUnsent(world.incident, { reason: 'only ben', except: ['ben'] }, start)
  }
  return pages
}

const incidentOf = (page: string | undefined) => page?.split('/')[0]

describe('pages that wait for the same person', () => {
  it('M04: are one message that names them all, and each counts as sent', async () => {
    const [first = '', ...others] = await pagesOfBen(3)
    expect(await world.deliver(first)).toMatchObject({ state: 'sent', waitMs: null })
    for (const other of others) expect(await world.deliver(other)).toMatchObject({ state: 'sent' })
    const [message, ...rest] = world.receiver.effects()
    expect(rest).toEqual([])
    const named = new Set([message?.body['incident'], ...bundledIn(message?.body)])
    expect(named).toEqual(new Set([first, ...others].map(incidentOf)))
    expect(message?.body['title']).toMatch(/, and 2 more incidents$/)
  })

  it('M04: are counted as they stand when the message goes out', async () => {
    const [first = '', second = '', third = ''] = await pagesOfBen(3)
    await world.callOff(second)
    await world.deliver(first)
    expect(bundledIn(world.receiver.effects()[0]?.body)).toHaveLength(1)
    expect(await world.deliver(second)).toMatchObject({ state: 'cancelled' })
    expect(await world.deliver(third)).toMatchObject({ state: 'sent' })
    expect(world.receiver.effects()).toHaveLength(1)
  })

  it('M04: are nothing when all were acknowledged before', async () => {
    const pages = await pagesOfBen(3)
    for (const page of pages) await world.callOff(page)
    for (const page of pages) expect(await world.deliver(page)).toMatchObject({ state: 'cancelled' })
    expect(world.receiver.received).toEqual([])
  })

  it('are each sent again, alone or together, when the message could not be', async () => {
    const [first = '', second = ''] = await pagesOfBen(2)
    world.receiver.next({ kind: 'answer', status: 500 })
    await expect(world.deliver(first)).rejects.toThrow('answered 500')
    expect(await world.pages.find(second)).toMatchObject({ state: 'queued', leader: null, attempts: 1 })
    expect(await world.deliver(first)).toMatchObject({ state: 'sent' })
    expect(await world.deliver(second)).toMatchObject({ state: 'sent' })
    expect(world.receiver.effects()).toHaveLength(1)
  })

  it('take nothing new along when a try may have arrived, for under its key nobody would look', async () => {
    const [first = ''] = await pagesOfBen(1)
    const sending = await world.pages.claim(first, { since: 0, waitMs: () => 0, bundles: true }, start)
    expect(sending.kind).toBe('send')
    await world.openAnother()
    const second = await world.onlyPageOf(1, 'ben')
    expect(await world.deliver(first)).toMatchObject({ state: 'sent' })
    expect(await world.pages.find(second)).toMatchObject({ state: 'queued' })
  })

  it('M05: name the service first that was told of least recently', async () => {
    const pages = await pagesOfBen(4)
    await world.deliver(pages[0] ?? '')
    expect(world.receiver.effects()[0]?.body['service']).toBe('checkout')
    await world.openAnother()
    const later = await pagesOfBen(1)
    await world.openAnother({ service: 'mail' })
    await pagesOfBen(1)
    await world.deliver(later[0] ?? '')
    expect(world.receiver.effects()[1]?.body['service']).toBe('mail')
  })

  it('wait once a few messages went out, and a P0 does not', async () => {
    for (let number = 0; number < laneRules.burst; number++) {
      if (number > 0) await world.openAnother()
      expect(await world.deliver(await world.onlyPageOf(1, 'ben'))).toMatchObject({ state: 'sent' })
    }
    await world.openAnother()
    const waiting = await world.onlyPageOf(1, 'ben')
    const { state, waitMs } = await world.deliver(waiting)
    expect(state).toBe('queued')
    expect(waitMs).toBeGreaterThanOrEqual(laneRules.gapMs)
    await world.openAnother({ severity: 'P0' })
    const urgent = await world.onlyPageOf(1, 'ben')
    expect(await world.deliver(urgent)).toMatchObject({ state: 'sent' })
    // It took along what waited.
    expect(await world.deliver(waiting)).toMatchObject({ state: 'sent' })
    const last = world.receiver.effects().at(-1)?.body
    expect(last).toMatchObject({ incident: incidentOf(urgent), severity: 'P0' })
    expect(bundledIn(last)).toEqual([incidentOf(waiting)])
  })

  it('are not bundled where the provider keeps an incident for each', async () => {
    const pages: string[] = []
    for (let number = 0; number < 6; number++) {
      if (number > 0) await world.openAnother()
      pages.push(await world.onlyPageOf(3, 'dora'))
    }
    for (const page of pages) expect(await world.deliver(page)).toMatchObject({ state: 'sent' })
    expect(world.pagerDuty.incidents).toHaveLength(6)
  })

  it('spare those who heard among many the messages that follow', async () => {
    const [first = '', second = ''] = await pagesOfBen(2)
    await world.deliver(first)
    await world.deliver(second)
    const incident = Number(incidentOf(second)?.slice(4))
    const followUps = await world.activities().queueFollowUps({ incident, kind: 'resolved', occasion: 0 })
    expect(followUps).toEqual([])
  })
})

function bundledIn(body: Readonly<Record<string, unknown>> | undefined): string[] {
  const bundled = body?.['bundled']
  return Array.isArray(bundled) ? bundled.map((one: { incident: string }) => one.incident) : []
}
