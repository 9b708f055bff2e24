import { describe, expect, it } from 'vitest'
import { validateConfiguration } from '../../src/config/load.ts'
import { asWritten } from '../../src/domain/configuration/as-written.ts'
import { testFolder } from '../support/on-call-files.ts'

const folder = testFolder()

async function read(maintenance: string, dependsOn = '[]') {
  const path = await folder.write(
    'firewatch.yaml',
    `timeZone: Europe/Berlin
services:
  shop: { maintenance: ${maintenance}, dependsOn: ${dependsOn} }
  db: {}
users: { ana: { contacts: [{ channel: webhook, url: https://example.org }] } }
policies: { wake: { steps: [{ notify: [ana] }] } }
windows: { sundays: [{ weekdays: ['sunday'], times: ['02:00-04:00'] }], always: [{ weekdays: ['monday:sunday'] }], halves: [{ times: ['00:00-12:00'] }, { times: ['12:00-24:00'] }] }
routes: [{ policies: { default: wake } }]
`,
  )
  const { problems, configuration } = await validateConfiguration(path)
  return { configuration, problems: problems.map((one) => JSON.stringify(one)) }
}

describe('maintenance of a service', () => {
  it('is at one time, or whenever a window holds', async () => {
    const { configuration, problems } = await read(
      "[{ window: sundays, reason: backups }, { from: '2026-03-01T00:00', to: '2026-03-01T01:00', reason: disks }]",
    )
    expect(problems).toEqual([])
    expect(configuration?.services['shop']).toMatchObject({
      maintenance: [
        { from: Date.parse('2026-02-28T23:00Z'), to: Date.parse('2026-03-01T00:00Z'), reason: 'disks' },
      ],
      recurringMaintenance: [
        { window: 'sundays', times: [{ timeZone: 'Europe/Berlin' }], reason: 'backups' },
      ],
    })
    if (configuration === undefined) throw new Error('it is valid')
    expect(asWritten(configuration).sections['services']?.['shop']).toMatchObject({
      maintenance: [
        { from: '2026-03-01T00:00+01:00', to: '2026-03-01T01:00+01:00', reason: 'disks' },
        { window: 'sundays', reason: 'backups' },
      ],
    })
  })

  it.each([
    ['[{ window: mondays, reason: x }]', 'no window'],
    ["[{ window: sundays, from: '2026-03-01T00:00', reason: x }]", 'has no meaning beside a window'],
    ['[{ window: always, reason: x }]', 'holds at all times'],
    ['[{ window: halves, reason: x }]', 'holds at all times'],
    ['[{ window: sundays }]', 'is required'],
    ["[{ from: '2026-03-01T00:00', reason: x }]", 'is required'],
    ["[{ from: '2026-03-01T02:00', to: '2026-03-01T01:00', reason: x }]", 'must be later'],
  ])('%s is refused, with its place: %s', async (maintenance, problem) => {
    const { problems } = await read(maintenance)
    expect(problems).toHaveLength(1)
    expect(problems[0]).toContain(problem)
    expect(problems[0]).toContain('"line":3')
  })
})

describe('what a service depends on', () => {
  it.each([
    ['[db]', []],
    ['[mail]', ['no service']],
    ['[shop]', ['a service does not depend on itself']],
    ['[db, db]', ['db']],
  ])('%s', async (dependsOn, expected) => {
    const { problems } = await read('[]', dependsOn)
    expect(problems).toEqual(expected.map((one) => expect.stringContaining(one) as string))
  })
})
