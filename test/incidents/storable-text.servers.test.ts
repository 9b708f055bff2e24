import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { noteIn } from '../../src/web/routes/command-bodies.ts'
import { type Incidents, startIncidents } from '../support/incidents.ts'
import { user } from '../support/pages.ts'

let incidents: Incidents
const hook = { channel: 'webhook', url: '${env:HOOK}' } as const

beforeAll(async () => {
  incidents = await startIncidents()
})
afterAll(() => incidents?.stop())

describe('N01 a note that no store can hold', () => {
  it('is kept with U+FFFD, and the next incident of its grouping key pages', async () => {
    const { story } = await incidents.begin({ more: { users: { ana: user('ana', [hook]) } } })
    await story.fire()
    expect(story.pages()).toEqual(['r0/s1/ana/c0'])
    const text = noteIn(JSON.parse('{"text":"core dump \\u0000 \\ud800"}'))
    expect(text).toBe('core dump \ufffd \ufffd')
    // Also when it comes past the receivers, as from a program of an older version.
    for (const written of [text, 'core dump \u0000'])
      expect(await story.give('note', 'ana', { text: written })).toMatchObject({ changed: true })
    expect((await story.facts()).filter(({ type }) => type === 'note')).toEqual([
      { type: 'note', text },
      { type: 'note', text: 'core dump \ufffd' },
    ])
    await story.give('note', 'ana', { text: 'the certificate expired', identified: true })
    expect(await story.facts()).toContainEqual({ type: 'identified', text: 'the certificate expired' })
    await story.give('resolve', 'ana', { anyway: true })
    expect((await story.newest()).state).toBe('resolved')
    await story.clear()
    await story.fire('android')
    expect((await story.newest()).number).toBeGreaterThan(1)
    expect(story.calls().at(-1)).toBe('r0/s1/ana/c0')
    expect(story.calls()).toHaveLength(2)
  })
})
