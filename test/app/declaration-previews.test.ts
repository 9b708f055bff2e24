import { beforeAll, describe, expect, it } from 'vitest'
import { createDeclarationPreviews } from '../../src/app/declaration-previews.ts'
import { loadConfiguration } from '../../src/config/load.ts'
import type { Configuration } from '../../src/domain/configuration/configuration.ts'
import { pagingContext } from '../../src/domain/escalate/paging-context.ts'

const now = new Date('2026-03-02T03:00:00Z')
let configuration: Configuration

beforeAll(async () => {
  configuration = await loadConfiguration(
    new URL('../../examples/feed/firewatch.yaml', import.meta.url).pathname,
  )
})

function previews(of: Configuration, service?: string) {
  const context = pagingContext(of, of, [])
  return createDeclarationPreviews(
    () => of,
    async () => context,
    () => now,
  )(service)
}

describe('N36: who would be paged if somebody declared an incident', () => {
  it('is told for each severity, by the policy of its route', async () => {
    const all = await previews(configuration, 'feed')
    expect(all.map(({ severity, policy }) => [severity, policy])).toEqual([
      ['P0', 'all-hands'],
      ['P1', 'wake-on-call'],
      ['P2', 'tell-on-call'],
      ['P3', 'queue'],
    ])
    expect(all[3]).toEqual({
      severity: 'P3',
      policy: 'queue',
      held: null,
      steps: [{ people: ['ben'], inMs: 0 }],
    })
    for (const { steps } of all) expect(steps[0]?.inMs).toBe(0)
  })

  it('says what holds the first step back, and for how long', async () => {
    const { services } = configuration
    const feed = services['feed']
    if (feed === undefined) throw new Error('the example has a feed')
    const at = now.getTime()
    const maintenance = [{ from: at - 1_000, to: at + 600_000, reason: 'we migrate' }]
    const working = { ...configuration, services: { ...services, feed: { ...feed, maintenance } } }
    const [, p1] = await previews(working, 'feed')
    expect(p1?.held).toMatchObject({ kind: 'maintenance', service: 'feed' })
    expect(p1?.steps[0]?.inMs).toBe(600_000)
    // Another service is not worked on.
    expect((await previews(working))[1]?.held).toBeNull()
  })

  it('is a policy that reaches nobody, too', async () => {
    const { policies, users } = configuration
    const people = Object.fromEntries(
      Object.entries(users).map(([name, user]) => [name, { ...user, contacts: [] }]),
    )
    const all = await previews({ ...configuration, policies, users: people })
    expect(all.map(({ steps }) => steps)).toEqual([[], [], [], []])
  })
})
