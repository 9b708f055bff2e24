import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Descents, startDescents } from '../support/descents.ts'
import { type RemediationWorld, rung } from '../support/remediation.ts'
import { startTimeSkipping } from '../support/temporal.ts'

let descents: Descents
let world: RemediationWorld
let incident: number

beforeAll(async () => {
  descents = await startDescents(startTimeSkipping)
})
afterAll(() => descents?.stop())
beforeEach(async () => {
  ;({ world, incident } = await descents.begin())
})

const oneRung = { ladder: [rung('flush')] }
const containing = (text: string) => expect.stringContaining(text) as string
const told = () => world.timeline.map(({ summary }) => summary)

describe('an act whose effect is unknown', () => {
  it('is probed, and verified when it took place: there is no second act', async () => {
    world.onAct = () => {
      world.state = 'ok'
      return 'unknown'
    }
    world.onProbe = () => 'done'
    expect(await descents.descend()).toMatchObject({ end: 'helped' })
    expect(world.acts).toHaveLength(1)
    expect(world.probes).toMatchObject([{ attempt: `INC-${incident}/a1`, fence: 1 }])
    expect(told()).toContain('flush on feed may or may not have been carried out: it says unknown.')
    expect(told()).toContain('flush on feed was carried out: it says done.')
  })

  it('is asked about until there is an answer', async () => {
    world.onAct = () => 'unknown'
    world.onProbe = () => (world.probes.length < 4 ? 'unknown' : 'done')
    await descents.descend({}, oneRung)
    expect(world.acts).toHaveLength(1)
    expect(world.probes).toHaveLength(4)
    expect(await descents.attempts(incident)).toMatchObject([{ effect: 'done', outcome: 'no-effect' }])
  })

  it('is for people when the probes stay without an answer', async () => {
    world.onAct = () => 'unknown'
    const explanation = containing('could not be found out')
    expect(await descents.descend()).toMatchObject({ end: 'handed-over', explanation })
    expect(world.acts).toHaveLength(1)
    const said = 'it says unknown'
    const unsettled = { kind: 'effect-unknown', summary: said, probed: said } as const
    expect(await descents.attempts(incident)).toMatchObject([
      { effect: 'unknown', outcome: 'unknown', explanation: unsettled },
    ])
  })

  it('leaves the next rung free when the target says twice that it was not applied', async () => {
    world.onAct = ({ attempt }) => (attempt.endsWith('a1') ? 'unknown' : 'done')
    world.onProbe = () => 'not-done'
    await descents.descend()
    expect(world.probes).toHaveLength(2)
    expect(world.acts.map(({ attempt }) => attempt)).toEqual([`INC-${incident}/a1`, `INC-${incident}/a2`])
    const [first] = await descents.attempts(incident)
    expect(first).toMatchObject({ effect: 'not-done', outcome: 'unknown', actedAt: null })
  })

  it('took place when the target says so the second time: the request was still under way', async () => {
    world.onAct = () => 'unknown'
    world.onProbe = () => (world.probes.length === 1 ? 'not-done' : 'done')
    await descents.descend({}, oneRung)
    expect(await descents.attempts(incident)).toMatchObject([{ effect: 'done', outcome: 'no-effect' }])
  })

  it('is sent again under the same key and fence where the action is declared idempotent', async () => {
    world.onAct = () => (world.acts.length < 3 ? 'unknown' : 'done')
    await descents.descend({ probes: false, idempotent: true }, oneRung)
    expect(world.acts).toHaveLength(3)
    expect(new Set(world.acts.map(({ attempt, fence }) => `${attempt} ${fence}`)).size).toBe(1)
    expect(await descents.attempts(incident)).toMatchObject([{ effect: 'done' }])
  })

  it('stays unknown when repeats are only refused: the first may have been applied', async () => {
    world.onAct = () => (world.acts.length === 1 ? 'unknown' : 'not-done')
    expect(await descents.descend({ probes: false, idempotent: true })).toMatchObject({ end: 'handed-over' })
    expect(await descents.attempts(incident)).toMatchObject([{ effect: 'unknown', outcome: 'unknown' }])
  })

  it('is what an executor leaves behind that fails in the middle', async () => {
    world.onAct = () => {
      throw new Error('out of memory')
    }
    world.onProbe = () => 'done'
    await descents.descend({}, oneRung)
    expect(world.acts).toHaveLength(1)
    expect(world.probes).toHaveLength(1)
    expect(await descents.attempts(incident)).toMatchObject([{ effect: 'done' }])
  })
})

describe('an act that certainly did not take place', () => {
  it('leaves the next rung free', async () => {
    world.onAct = ({ attempt }) => (attempt.endsWith('a1') ? 'not-done' : 'done')
    await descents.descend()
    expect(world.probes).toEqual([])
    const attempts = await descents.attempts(incident)
    expect(attempts).toMatchObject([{ effect: 'not-done', outcome: 'unknown' }, { effect: 'done' }])
  })

  it('is one whose fence is outdated: another attempt has begun on the target', async () => {
    const exchange: Parameters<Descents['descend']>[0] = {
      exchange: (deps) => ({ ...deps, guards: { ...deps.guards, fenceOf: async () => 8 } }),
    }
    await descents.descend(exchange, oneRung)
    expect(world.acts).toEqual([])
    expect(told()).toContain(
      `flush on feed was not carried out: fence 1 of INC-${incident}/a1 is outdated, 8 was given out.`,
    )
  })

  it('is one that a failing store kept from leaving', async () => {
    await descents.descend(
      {
        exchange: (deps) => ({
          ...deps,
          guards: {
            ...deps.guards,
            fenceOf: async () => {
              throw new Error('PostgreSQL is away')
            },
          },
        }),
      },
      oneRung,
    )
    expect(world.acts).toEqual([])
    expect(told()).toContain('flush on feed was not carried out: PostgreSQL is away.')
  })
})

describe('an act that took place', () => {
  it('stays done when its answer could not be kept', async () => {
    world.before = (step) => {
      if (step === 'evidence.add' && world.timeline.length < 3) throw new Error('disk full')
    }
    await descents.descend({}, oneRung)
    expect(await descents.attempts(incident)).toMatchObject([{ effect: 'done' }])
    expect(told()).toContain(
      'flush on feed was carried out: it says done (the answer could not be kept: disk full).',
    )
  })

  it('is measured twice as long while the samples are unknown, and then for people', async () => {
    world.onAct = () => {
      world.state = 'unknown'
      return 'done'
    }
    const explanation = containing('could not be measured within 20 min')
    expect(await descents.descend()).toMatchObject({ end: 'handed-over', explanation })
    expect(world.acts).toHaveLength(1)
    expect(await descents.attempts(incident)).toMatchObject([{ effect: 'done', outcome: 'unknown' }])
  })

  it('is measured by samples that come in the time added', async () => {
    let looks = 0
    world.before = (step) => {
      if (step === 'verdicts.since') world.state = ++looks > 15 ? 'ok' : 'unknown'
    }
    expect(await descents.descend()).toMatchObject({ end: 'helped' })
  })

  it('is for people when the measurements cannot be read', async () => {
    world.before = (step) => {
      if (step === 'verdicts.since') throw new Error('ClickHouse is away')
    }
    const explanation = containing('The measurements could not be read (ClickHouse is away).')
    expect(await descents.descend()).toMatchObject({ end: 'handed-over', explanation })
  })
})
