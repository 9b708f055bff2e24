import { describe, expect, it } from 'vitest'
import { loadConfiguration, validateConfiguration } from '../../src/config/load.ts'
import { world } from './world.ts'

const people = `
users: { ana: { contacts: [{ channel: webhook, url: 'https://pager.example/ana' }] } }
policies:
  standard: { steps: [{ notify: [ana] }] }
  payments: { steps: [{ notify: [ana] }] }
`

async function load(routes: string) {
  const folder = await world({ 'firewatch.yaml': people + routes })
  return loadConfiguration(`${folder}/firewatch.yaml`)
}

describe('a tree of routes', () => {
  it('gives what is above to those below, but for what they say themselves and what chooses them', async () => {
    const { routes } = await load(`
routes:
  - match: { namespace: pay }
    continue: true
    groupBy: [cluster]
    stableFor: 1h
    policies: { default: payments, P3: standard }
    routes:
      - matchers: ['"service.name"=~"ledger|books"']
        policies: { P1: standard }
      - groupBy: ['...']
  - name: rest
    policies: { default: standard }
`)
    const [pay, rest] = routes
    expect([pay?.key, rest?.key, pay?.routes?.map(({ key }) => key)]).toEqual([
      '{namespace="pay"}',
      'rest',
      ['{namespace="pay"}/{"service.name"=~"ledger|books"}', '{namespace="pay"}/{}'],
    ])
    expect(pay?.routes?.[0]).toMatchObject({
      match: {},
      groupBy: ['cluster'],
      stableForMs: 3_600_000,
      policies: { default: 'payments', P1: 'standard', P3: 'standard' },
    })
    expect(pay?.routes?.[0]).not.toHaveProperty('continue')
    expect(pay?.routes?.[1]?.groupBy).toEqual(['...'])
  })

  it('is refused where two routes cannot be told apart, a window is not there, or it is too deep', async () => {
    const nested = (depth: number): string =>
      depth === 0 ? '' : `, routes: [{ match: { a: b }${nested(depth - 1)} }]`
    const folder = await world({
      'firewatch.yaml': `${people}
routes:
  - { match: { a: b }, continue: true, policies: { default: standard } }
  - { match: { a: b }, mute: [nights], policies: { default: standard }${nested(5)} }
  - { policies: { default: standard } }
`,
    })
    const { problems } = await validateConfiguration(`${folder}/firewatch.yaml`)
    expect(problems.map(({ path, message }) => `${path}: ${message}`)).toEqual([
      'routes[1]: is chosen by the same as the route 1 of this list: give it a name of its own',
      'routes[1].mute[0]: no window "nights"; there is none',
      expect.stringMatching(/routes may be nested 5 deep/),
    ])
  })
})
