import { describe, expect, it } from 'vitest'
import { StoreBusy } from '../../src/postgres/errors.ts'
import { createSharedWork } from '../../src/postgres/shared-work.ts'

/** Work whose statements end when the test says so. */
function world(mostWaiting: number) {
  const statements: { items: string[]; end: () => void }[] = []
  const shared = createSharedWork<string, number>({
    work: (requests) =>
      new Promise((resolve) =>
        statements.push({
          items: requests.flat(),
          end: () => resolve(requests.map(({ length }) => length)),
        }),
      ),
    atOnce: 1,
    mostTogether: 1_000,
    mostWaiting,
    patienceMs: 60_000,
  })
  const outcomeOf = (items: readonly string[], sender?: string) =>
    shared.add(items, sender).catch((error: unknown) => error)
  return { statements, outcomeOf }
}

const turn = () => new Promise<void>((resolve) => setImmediate(resolve))

describe('work that senders share', () => {
  it('is served by turns: who floods it holds up nobody else, and alone is refused what finds no room', async () => {
    const { statements, outcomeOf } = world(3_000)
    const first = outcomeOf(['first'], 'noisy')
    await turn()
    const flood = Array.from({ length: 4_000 }, (_, index) => outcomeOf([`noisy ${index}`], 'noisy'))
    const calm = Array.from({ length: 50 }, (_, index) => outcomeOf([`calm ${index}`], 'calm'))
    statements[0]?.end()
    await first
    await turn()
    expect(statements[1]?.items.filter((item) => item.startsWith('calm'))).toHaveLength(50)
    for (let index = 1; index < 5; index++) {
      statements[index]?.end()
      await turn()
    }
    expect(await Promise.all(calm)).toEqual(calm.map(() => 1))
    const refused = (await Promise.all(flood)).filter((outcome) => outcome !== 1)
    expect(refused).toHaveLength(1_050)
    // Before anybody else waited the queue was just full; later the others had to have room.
    const overShare = refused.map((error) => error instanceof StoreBusy && error.overShare)
    expect(overShare.filter(Boolean)).toHaveLength(50)
    expect(refused[0]).toMatchObject({ name: 'StoreError', fault: 'retry' })
  })

  it('is open to a single sender as a whole', async () => {
    const { statements, outcomeOf } = world(100)
    const all = Array.from({ length: 100 }, () => outcomeOf(['x']))
    expect(await outcomeOf(['y'])).toBeInstanceOf(StoreBusy)
    await turn()
    statements[0]?.end()
    expect(await Promise.all(all)).toEqual(all.map(() => 1))
  })
})
