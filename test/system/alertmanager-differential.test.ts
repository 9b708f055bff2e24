import fc from 'fast-check'
import { afterAll, beforeAll, describe, it } from 'vitest'
import { type Beside, startBeside } from './beside.ts'
import { createStory, type Step } from './differential-story.ts'

let beside: Beside

beforeAll(async () => {
  beside = await startBeside()
})
afterAll(() => beside?.stop())

const values: Readonly<Record<string, readonly string[]>> = {
  service: ['shop', 'feed', ''],
  zone: ['eu', 'us', ''],
  severity: ['critical', 'warning', 'info'],
  team: ['db', 'web', ''],
  night: ['yes', 'no', ''],
  cluster: ['one', 'two', ''],
}
const names = Object.keys(values)

const labelSet = fc.record({
  alertname: fc.constantFrom('A', 'B', 'C'),
  ...Object.fromEntries(names.map((name) => [name, fc.constantFrom(...(values[name] ?? []))])),
})

const matcher = fc.constantFrom(...names).chain((name) =>
  fc.record({
    name: fc.constant(name),
    value: fc.constantFrom(...(values[name] ?? []), 'e.*|web', '.+'),
    isEqual: fc.boolean(),
    isRegex: fc.boolean(),
  }),
)

const some = fc.uniqueArray(fc.nat({ max: 5 }), { minLength: 1, maxLength: 3 })

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('fire'), alerts: some, lasts: lasting() }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('resolve'), alerts: some }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('silence'), matchers: fc.array(matcher, { maxLength: 2 }) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('expire'), silence: fc.nat({ max: 3 }) }) },
)

function lasting() {
  return fc.constantFrom('open' as const, 'hour' as const, 'moment' as const)
}

describe('the same alerts, resolves and silences to Alertmanager and to Firewatch', () => {
  it('leave the same firing, suppressed and grouped', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(labelSet, { minLength: 2, maxLength: 6 }),
        fc.array(step, { minLength: 3, maxLength: 12 }),
        async (labelSets, steps) => {
          const story = createStory([beside.theirs, beside.ours], labelSets)
          for (const next of steps) {
            await story.take(next)
            await story.agree()
          }
        },
      ),
      { numRuns: 25, interruptAfterTimeLimit: 100_000, markInterruptAsFailure: true },
    )
  }, 240_000)
})
