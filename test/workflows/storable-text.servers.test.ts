import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createIncidentClient } from '../../src/temporal/incident-client.ts'
import { noteIn } from '../../src/web/routes/command-bodies.ts'
import { type Incidents, startIncidents } from '../support/incidents.ts'
import { user } from '../support/pages.ts'
import { startTemporal } from '../support/temporal.ts'

let incidents: Incidents
const hook = { channel: 'webhook', url: '${env:HOOK}' } as const

beforeEach(async () => {
  incidents = await startIncidents(startTemporal)
}, 60_000)
afterEach(() => incidents.stop(), 60_000)

describe('N01 a note that no store can hold', () => {
  it('is kept with U+FFFD, and the next incident of its grouping key pages', async () => {
    const { story } = await incidents.begin({ more: { users: { ana: user('ana', [hook]) } } })
    const client = createIncidentClient(incidents.temporal.client)
    await story.fire()
    await story.until(story.pages).toEqual(['r0/s1/ana/c0'])
    const text = noteIn(JSON.parse('{"text":"core dump \\u0000 \\ud800"}'))
    expect(text).toBe('core dump \ufffd \ufffd')
    // Also when it comes past the door, as from a program of an older version.
    for (const written of [text, 'core dump \u0000'])
      expect(
        await client.note(story.groupingKey, { ...(await story.command('ana')), text: written }),
      ).toMatchObject({ changed: true })
    await client.resolve(story.groupingKey, await story.command('ana'))
    await story.until(async () => (await story.newest()).state).toBe('resolved')
    await story.fire('android')
    await story.until(story.pages).toEqual(['r0/s1/ana/c0', 'r0/s1/ana/c0'])
    expect((await story.newest()).number).toBe(2)
  }, 90_000)
})
