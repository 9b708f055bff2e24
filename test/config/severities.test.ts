import { describe, expect, it } from 'vitest'
import { loadConfiguration, validateConfiguration } from '../../src/config/load.ts'
import { severityMeant } from '../../src/domain/values/severity.ts'
import { world } from './world.ts'

const minimal = `
users: { ana: { contacts: [{ channel: webhook, url: 'https://pager.example/ana' }] } }
policies: { standard: { steps: [{ notify: [ana] }] } }
routes: [{ policies: { default: standard } }]
`

async function wordsOf(written: string) {
  const folder = await world({ 'firewatch.yaml': `${minimal}${written}` })
  return (await loadConfiguration(`${folder}/firewatch.yaml`)).severities
}

describe('N50 words for severity', () => {
  it.each([
    ['page', 'P1'],
    ['fatal', 'P1'],
    ['emergency', 'P0'],
    ['Critical', 'P1'],
    ['warning', 'P2'],
    ['info', 'P3'],
    ['P0', 'P0'],
    ['none', 'none'],
    ['SEV_1', undefined],
    ['constructor', undefined],
    ['', undefined],
    [undefined, undefined],
  ])('%s is %s unless the configuration says otherwise', async (word, severity) => {
    expect(severityMeant(word, await wordsOf(''))).toBe(severity)
  })

  it('are what the configuration says, whatever their case', async () => {
    const words = await wordsOf('severities: { page: P0, sev_1: P0, Watchdog: none }\n')
    expect(['PAGE', 'SEV_1', 'watchdog', 'fatal'].map((word) => severityMeant(word, words))).toEqual([
      'P0',
      'P0',
      'none',
      'P1',
    ])
  })

  it('mean one of our severities, or none', async () => {
    const folder = await world({ 'firewatch.yaml': `${minimal}severities: { page: high }\n` })
    const { problems } = await validateConfiguration(`${folder}/firewatch.yaml`)
    expect(problems.map(({ path, message }) => `${path}: ${message}`)).toEqual([
      'severities.page: must be one of P0, P1, P2, P3 or none',
    ])
  })
})
