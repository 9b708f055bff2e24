import { describe, expect, it } from 'vitest'
import { changesText } from '../../src/cli/commands/changes.ts'
import { busyRecords, hostile } from './story.ts'
import { as, startWeb } from './world.ts'

const at = (minute: string) => `2026-03-02T${minute}:00.000Z`

async function web() {
  const started = await startWeb()
  started.state.records = busyRecords(at)
  const get = (url: string, headers: object = as('viewer')) =>
    started.app.inject({ url, headers: headers as Record<string, string> })
  return { ...started, get }
}

describe('what was changed', () => {
  it('stands on the page of the incident, and only what is an address is a link', async () => {
    const { get } = await web()
    const { body } = await get('/incidents/INC-42', { ...as('viewer'), accept: 'text/html' })
    const section = /<section id="changes"[\s\S]*?<\/section>/.exec(body)?.[0] ?? ''
    expect(section).toContain('Changed about then')
    expect(section).toContain('href="https://ci.example.com/42"')
    expect(section).not.toContain('javascript:')
    expect(section).not.toContain('<script>')
  })

  it('stands in the answer of the API', async () => {
    const { get } = await web()
    expect((await get('/api/v1/incidents/INC-42')).json()).toMatchObject({ changes: [{ changeId: 'c1' }] })
  })

  it('is listed for whoever may read', async () => {
    const { get, app } = await web()
    expect((await get('/api/v1/changes')).json()).toMatchObject({ changes: [{ changeId: 'c1' }] })
    expect((await get('/api/v1/changes?service=feed&limit=5')).json()).toMatchObject({ changes: [] })
    expect((await get('/api/v1/changes?limit=0')).statusCode).toBe(400)
    expect((await get('/api/v1/changes?service=%00')).statusCode).toBe(400)
    expect((await app.inject({ url: '/api/v1/changes' })).statusCode).toBe(401)
  })

  it('is a table in a terminal, one line each', () => {
    const { changes } = busyRecords(at)
    const text = changesText({ changes, timeZone: 'UTC' })
    expect(text.split('\n')).toHaveLength(2)
    expect(text).toContain(`2026-03-02 02:56 UTC  ${hostile}`)
    expect(changesText({ changes: [], timeZone: 'UTC' })).toBe('no change was reported')
  })
})

describe('what belongs together', () => {
  it('is listed on the page of the whole', async () => {
    const { get } = await web()
    const { body } = await get('/incidents/INC-42', { ...as('responder'), accept: 'text/html' })
    const section = /<section class="parts"[\s\S]*?<\/section>/.exec(body)?.[0] ?? ''
    expect(section).toContain('1 incident is part of it, and pages nobody while it does')
    expect(section).toContain('href="/incidents/INC-9"')
    expect(section).not.toContain('<script>')
  })

  it('says on the page of a part what it is part of, and lets a responder separate it', async () => {
    const { get, state } = await web()
    const { machine } = state.records
    if (machine === null) throw new Error('there is a machine')
    const why = { kind: 'depends-on', path: ['checkout', 'db'], apartMs: 40_000 } as const
    const held = {
      kind: 'held',
      position: { step: 1, round: 0 },
      dueAt: null,
      firm: false,
      cause: { kind: 'merged', into: 41, why },
    } as const
    state.records = { ...state.records, parts: [], machine: { ...machine, escalation: held } }
    const page = async (role: 'viewer' | 'responder') =>
      (await get('/incidents/INC-42', { ...as(role), accept: 'text/html' })).body
    expect(await page('responder')).toContain(
      ': checkout depends on db; opened 40 s apart. It pages nobody while that does.',
    )
    expect(await page('responder')).toContain('action="/incidents/INC-42/unmerge"')
    expect(await page('viewer')).not.toContain('/unmerge')
  })
})
