import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Page } from '../../src/domain/page/page.ts'
import { escalationWorld } from '../support/escalation.ts'

/** Real incidents and their pages; what the sender does with them is done here step by step. */
const world = escalationWorld()
const toBen = { steps: [['ben']] }
const first = 'r0/s1/ben/c0'

const claim = async () =>
  world.records.sending.claim({ limit: 500, now: world.at, leaseMs: 20_000, since: 0, triesMs: 60_000 })
const later = (ms: number) => {
  world.at = new Date(world.at.getTime() + ms)
}
const at = () => world.at.toISOString()

async function claimed(): Promise<Page> {
  const [due] = await claim()
  if (due === undefined) throw new Error('nothing is due')
  return due.page
}

describe('the outbox of pages', () => {
  it('gives a page to one of many senders', async () => {
    for (let number = 0; number < 10; number++) await world.open(toBen)
    const claims = await Promise.all(Array.from({ length: 8 }, claim))
    const ids = claims.flat().map(({ page }) => page.id)
    expect([ids.length, new Set(ids).size]).toEqual([10, 10])
  })

  it('hands a page over when its sender does not report in time, as one that may have arrived', async () => {
    await world.open(toBen)
    await claimed()
    later(19_999)
    expect(await claim()).toEqual([])
    later(1)
    expect(await claim()).toMatchObject([{ wasSending: true, page: { attempts: 2, unknownTries: 1 } }])
  })

  it('keeps an error to one bounded line, whatever was said', async () => {
    await world.open(toBen)
    const error = `\u0000 ${'🔥\n'.repeat(500)}`
    const settled = await world.records.sending.settle(await claimed(), {
      settlement: { state: 'failed', at: at(), error, final: true },
    })
    expect(settled?.page.lastError?.length).toBeLessThanOrEqual(300)
    expect(settled?.page.lastError).toMatch(/^🔥 🔥/)
  })

  it('hears from a sender that lost its page only that it arrived', async () => {
    const { sending } = world.records
    await world.open(toBen)
    const lost = await claimed()
    later(20_000)
    await claim()
    const failed = { state: 'failed', at: at(), error: 'answered 500', final: true } as const
    expect(await sending.settle(lost, { settlement: failed })).toBeUndefined()
    expect(await sending.postpone([{ page: lost, dueAt: world.at }])).toEqual([])
    expect(await sending.bundle([lost])).toEqual({ going: [], calledOff: [] })
    expect(await sending.release([lost], { at: world.at, isUnknown: false })).toEqual([])
    expect(await world.page(first)).toMatchObject({ state: 'sending', attempts: 2 })
    await sending.settle(lost, { settlement: { state: 'sent', at: at() } })
    expect(await world.page(first)).toMatchObject({ state: 'sent' })
  })

  it('N13: does not bring back a page that arrived after all while another sender had it', async () => {
    const { sending } = world.records
    await world.open(toBen)
    const lost = await claimed()
    later(20_000)
    const taken = await claimed()
    await sending.settle(lost, { settlement: { state: 'sent', at: at() } })
    expect(await sending.bundle([taken])).toEqual({ going: [], calledOff: [] })
    await sending.postpone([{ page: taken, dueAt: world.at }])
    await sending.release([taken], { at: world.at, isUnknown: false })
    await sending.repeat([taken], world.at)
    expect(await claim()).toEqual([])
    expect(await world.page(first)).toMatchObject({ state: 'sent' })
  })

  it('queues the page that takes the place of another with its end, and not when that was called off', async () => {
    const final = { state: 'failed', at: at(), error: 'answered 400', final: true } as const
    for (const isCalledOff of [false, true]) {
      await world.open(toBen)
      const page = await claimed()
      if (isCalledOff) await world.acknowledge('ana')
      const next = { ...page, id: page.id.replace('/c0', '/c1'), contact: 1 }
      await world.records.sending.settle(page, { settlement: final, next })
      expect(Object.keys(await world.pages()).includes('r0/s1/ben/c1')).toBe(!isCalledOff)
    }
  })
})

describe('N13: a page that is called off', () => {
  type Step = 'claim' | 'cancel' | 'send' | 'postpone' | 'bundle' | 'release' | 'fail' | 'die'
  const steps = fc.array(
    fc.constantFrom<Step>('claim', 'claim', 'cancel', 'send', 'postpone', 'bundle', 'release', 'fail', 'die'),
    { minLength: 4, maxLength: 12 },
  )

  const afterClaim: readonly Step[] = ['send', 'postpone', 'bundle', 'release', 'fail', 'die']

  it('never comes back, and each ends once, in whatever order and at once', async () => {
    await fc.assert(
      fc.asyncProperty(steps, fc.integer({ min: 1, max: 4 }), async (story, count) => {
        const { db } = world.database
        await db.deleteFrom('pages').execute()
        const incidents: number[] = []
        for (let number = 0; number < count; number++) incidents.push(await world.open(toBen))
        const run = createRun(incidents)
        // Two by two at once, each over a connection of its own.
        for (let index = 0; index < story.length; index += 2) {
          await Promise.all(story.slice(index, index + 2).map((step) => run.step(step)))
          later(500)
        }
        await world.pass(120_000)
        const heard = world.receiver.received.map(({ body }) => [body['kind'], body['incident']].join(' '))
        for (const incident of incidents) {
          const page = await world.page(first, incident)
          expect(page.finishedAt).not.toBeNull()
          expect(run.ended.filter((id) => id === page.id).length).toBeLessThanOrEqual(1)
          if (!run.isCalledOff()) expect(page.state).toBe('sent')
          else if (!run.out.has(page.id)) {
            expect(['cancelled', 'unknown']).toContain(page.state)
            expect(heard).not.toContain(`page INC-${incident}`)
          }
        }
        const facts = await Promise.all(incidents.map((one) => world.records.timeline.ofIncident(one)))
        const told = facts.flat().flatMap(({ fact }) => (fact.type === 'page-ended' ? [fact.page] : []))
        expect(new Set(told).size).toBe(told.length)
      }),
      {
        numRuns: 40,
        examples: afterClaim.map((step) => [['die', 'claim', 'cancel', 'cancel', step, step], 2]),
      },
    )
  })

  function createRun(incidents: readonly number[]) {
    const { sending } = world.records
    const ended: string[] = []
    let calledOff = false
    /** Pages that were given to their provider before anybody called them off. */
    const out = new Set<string>()
    const end = async (pages: readonly { readonly page: Page; readonly why: string }[]) => {
      for (const { page, why } of pages) {
        const settlement = { state: 'cancelled', at: at(), reason: why } as const
        if ((await sending.settle(page, { settlement }))?.ended === true) ended.push(page.id)
      }
    }
    /** Claimed, and not reported on yet. */
    let held: Page[] = []
    const taken = () => held.splice(0)
    const settle = async (page: Page, state: 'sent' | 'failed') => {
      const settled = await sending.settle(
        page,
        state === 'sent'
          ? { settlement: { state, at: at() } }
          : { settlement: { state, at: at(), error: 'answered 500', final: false }, retryAt: world.at },
      )
      if (settled?.ended === true) ended.push(page.id)
    }
    const deeds: Readonly<Record<Step, () => Promise<void>>> = {
      // Once: a second time would end what came back.
      cancel: async () => {
        if (calledOff) return
        calledOff = true
        for (const incident of incidents) await world.acknowledge('ana', incident)
      },
      claim: async () => {
        const found = await claim()
        await end(found.flatMap(({ page, calledOff: why }) => (why === null ? [] : [{ page, why }])))
        held.push(...found.flatMap(({ page, calledOff: why }) => (why === null ? [page] : [])))
      },
      send: async () => {
        const { going, calledOff: off } = await sending.bundle(taken())
        await end(off)
        for (const { id } of going) out.add(id)
        for (const page of going) await settle(page, 'sent')
      },
      postpone: async () => {
        const postponed = taken().map((page) => ({ page, dueAt: world.at }))
        await end(await sending.postpone(postponed))
      },
      bundle: async () => {
        const { going, calledOff: off } = await sending.bundle(taken())
        held.push(...going)
        await end(off)
      },
      release: async () => {
        const { going, calledOff: off } = await sending.bundle(taken())
        await end([...off, ...(await sending.release(going, { at: world.at, isUnknown: false }))])
      },
      fail: async () => {
        for (const page of taken()) await settle(page, 'failed')
      },
      die: async () => {
        held = []
      },
    }
    return { step: (step: Step) => deeds[step](), ended, isCalledOff: () => calledOff, out }
  }
})
