import { randomUUID } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createDrafting } from '../../src/app/review-drafting.ts'
import { createRecords, type Records } from '../../src/app/records.ts'
import { createReviews } from '../../src/app/reviews.ts'
import type { Configuration } from '../../src/domain/configuration/configuration.ts'
import { migrate, openDatabase, type OpenDatabase } from '../../src/postgres/database.ts'
import { runbook } from '../domain/post-mortem/world.ts'
import { firewatch } from '../support/firewatch.ts'
import { openIncident } from '../support/remediation.ts'
import { startPostgres, type TestPostgres } from '../support/servers.ts'
import { startWeb, type TestWeb } from '../web/world.ts'

const origin = 'http://firewatch.test'
const at = '2026-11-25T09:00:00.000Z'
const now = () => new Date(at)
const configuration = {
  services: { feed: { name: 'feed', owner: 'feed-team' } },
  users: { ana: { name: 'ana', title: 'Ana Torres' }, ben: { name: 'ben', title: 'Ben Okafor' } },
  runbooks: [runbook({ match: {} })],
  timeZone: 'UTC',
} as unknown as Configuration

let postgres: TestPostgres
let database: OpenDatabase
let records: Records
let web: TestWeb
let dataDir: string
let env: NodeJS.ProcessEnv
let incident = 0

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'firewatch-reviews-'))
  postgres = await startPostgres()
  database = openDatabase(postgres.url)
  await migrate(database.pool)
  const all = createRecords(database.db, now)
  records = { ...all, configurations: { ...all.configurations, get: async () => configuration } }
  web = await startWeb({
    incidents: {
      ...(await startWeb()).dependencies.incidents,
      find: (number) => records.incidents.find(number),
    },
    reviews: createReviews({ records, dataDir, trouble: async () => undefined, now }),
    now,
    newId: randomUUID,
  })
  await web.app.listen({ host: '127.0.0.1', port: 0 })
  const { port } = web.app.server.address() as AddressInfo
  env = { FIREWATCH_URL: `http://127.0.0.1:${port}`, FIREWATCH_TOKEN: 'responder-secret' }
})
afterAll(async () => {
  await web?.app.close()
  await database?.close()
  await postgres?.stop()
  await rm(dataDir, { recursive: true })
})

/** An incident that is over, with its review as its workflow drafts it. */
beforeEach(async () => {
  incident++
  await openIncident(database.db, incident)
  await database.pool.query(
    `UPDATE incidents SET state = 'resolved', started_at = '2026-11-24T03:00:00Z', detected_at = '2026-11-24T03:01:00Z',
       mitigated_at = '2026-11-24T04:00:00Z', resolved_at = '2026-11-24T04:15:00Z' WHERE number = $1`,
    [incident],
  )
  await (await createDrafting(records, dataDir, now)).draftReview({ incident })
})

const name = () => `INC-${incident}`
const bearer = (role: string) => ({ authorization: `Bearer ${role}-secret` })
const cookie = {
  cookie: 'firewatch_session=responder-secret',
  host: 'firewatch.test',
  origin,
  accept: 'text/html',
}
const path = (verb = '') => `/api/v1/incidents/${name()}/review${verb}`
const get = async (url = path()) => (await web.app.inject({ url, headers: bearer('viewer') })).json()
const post = (url: string, payload: object, headers: Record<string, string> = bearer('responder')) =>
  web.app.inject({ method: 'POST', url, headers, payload })
const edit = (version: number, sections: object) => post(path(), { version, sections })
const run = (...words: readonly string[]) => firewatch([...words], env)
const section = async (wanted: string) =>
  (await get()).sections.find((one: { name: string }) => one.name === wanted)
const kinds = async () => (await records.timeline.ofIncident(incident)).map(({ fact }) => fact.type)

describe('N40: people and a review', () => {
  it('edit a section, in the API and in the file beside it, told on the timeline', async () => {
    const answer = await edit(1, { cause: 'A certificate ran out.' })
    expect([answer.statusCode, answer.json().changed]).toEqual([200, ['Why']])
    const { markdown, version } = await get()
    expect(version).toBe(2)
    expect(markdown).toContain('## Why\n\nA certificate ran out.\n')
    expect(await readFile(join(dataDir, 'reviews', `${name()}.md`), 'utf8')).toBe(markdown)
    expect(await kinds()).toContain('review-edited')
  })

  it('of two at once, the second gets 409 with what the first changed, and loses nothing in the form', async () => {
    await edit(1, { cause: 'mine' })
    const late = await edit(1, { cause: 'yours' })
    expect([late.statusCode, late.json()]).toMatchObject([
      409,
      {
        code: 'review-changed',
        error: 'the review changed since you read it: it is version 2 now',
        problems: [
          'Why: changed by ana at 2026-11-25 09:00:00 UTC (version 2). From what is there to what you sent:\n- mine\n+ yours',
        ],
      },
    ])
    const form = await post(
      `/reviews/${name()}/edit/cause`,
      { version: 1, text: 'my <b> words' } as object,
      cookie,
    )
    expect(form.statusCode).toBe(409)
    expect(form.body).toContain('my &lt;b&gt; words</textarea>')
    expect(form.body).toContain('name="version" value="2"')
    expect((await section('cause')).text).toBe('mine')
  })

  it('keep their words when the records say something new, see the difference, and take it or not', async () => {
    await edit(1, { ending: 'We turned it off and on.' })
    const note = await post(`/api/v1/incidents/${name()}/note`, { text: 'rolled back the ranking config' })
    expect(note.json().message).toBe(`noted after the end of ${name()}`)
    const { newDraft, text } = await section('ending')
    expect(text).toBe('We turned it off and on.')
    expect(newDraft.diff).toMatch(/\+ - As noted by Responder \w+ at .*rolled back the ranking config/)
    expect((await section('notes')).text).toContain('rolled back the ranking config')
    expect(await run('review', name(), '--keep', 'ending')).toMatchObject({ code: 0 })
    expect((await section('ending')).newDraft).toBeNull()
    await post(`/api/v1/incidents/${name()}/note`, { text: 'and restarted' })
    expect(await run('review', name(), '--take', 'ending')).toMatchObject({ code: 0 })
    expect((await section('ending')).text).toContain('and restarted')
  })

  it('see what a regeneration changed, and find their text untouched', async () => {
    await edit(1, { notes: 'ours' })
    await records.timeline.append({
      incident,
      eventKey: 'note/late',
      at: '2026-11-25T10:00:00.000Z',
      actor: 'ben',
      fact: { type: 'note', text: 'the vendor called' },
    })
    const { stdout } = await run('review', name(), '--redraft')
    expect(stdout).toMatch(/^Notes \(people's text stays; --take notes or --keep notes\)\n- Nothing added/m)
    expect((await section('notes')).text).toBe('ours')
    expect((await run('review', name(), '--redraft')).stdout).toBe('the records give the same draft\n')
  })

  it('settle causes with a reason, which the tree and the counts follow', async () => {
    const before = await get()
    const [{ id: cause }] = before.unsettledCauses
    expect((await run('review', name(), '--confirm', cause)).code).toBe(2)
    const done = await run('review', name(), '--confirm', cause, '--reason', 'the diff shows it')
    expect(done).toMatchObject({ code: 0, stdout: `cause ${cause} of ${name()} is confirmed\n` })
    const after = await get()
    expect(after.unsettledCauses).toHaveLength(before.unsettledCauses.length - 1)
    expect(after.markdown).toContain(`(${cause})`)
    expect(await kinds()).toContain('cause-settled')
    const unknown = await post(path('/causes'), { cause: 'x', verdict: 'rejected', reason: 'no' })
    expect([unknown.statusCode, unknown.json().error]).toEqual([
      404,
      expect.stringContaining('has no cause "x"'),
    ])
  })

  it('publish what stands there, once, and no draft changes it any more', async () => {
    expect((await run('review', name(), '--publish')).stdout).toBe('published as version 2\n')
    expect((await run('review', name(), '--publish')).stdout).toBe('it was published before\n')
    const { state, published, markdown } = await get()
    expect([state, published]).toEqual(['published', { by: 'ana', at, version: 2 }])
    expect(markdown).toContain('Published 2026-11-25 09:00:00 UTC as version 2.')
    await post(`/api/v1/incidents/${name()}/note`, { text: 'late' })
    expect((await section('notes')).text).toBe('Nothing added since it ended.')
    expect(await kinds()).toContain('review-published')
    expect(web.state.audit.map(({ action }) => action)).toContain(
      'POST /api/v1/incidents/:name/review/publish',
    )
  })

  it('N40: are told whom it names, and publish it all the same when they say so', async () => {
    web.state.configuration = { ...web.state.configuration, users: configuration.users }
    const text = 'It was found late.\nBen restarted the cache.'
    await post(path(), { version: 1, sections: { notes: text } })
    const where = 'Notes, line 2 names “Ben”: “Ben restarted the cache.”'
    const asked = await run('review', name(), '--publish')
    expect([asked.code, asked.stdout]).toEqual([4, ''])
    expect(asked.stderr).toContain('write "Responder A" in their place')
    expect(asked.stderr).toContain('--publish --anyway')
    expect(asked.stderr).toContain(where)
    const refused = await post(path('/publish'), { version: 2 })
    expect([refused.statusCode, refused.json().code]).toEqual([409, 'names-people'])
    expect((await get()).namedPeople).toMatchObject([{ section: 'notes', line: 2, name: 'Ben' }])
    expect((await run('review', name(), '--anyway')).stderr).toContain('--anyway goes with --publish')
    expect((await run('review', name(), '--publish', '--anyway')).stdout).toBe('published as version 3\n')
    expect((await section('notes')).text).toBe(text)
    expect((await run('review', name(), '--publish')).stdout).toBe('it was published before\n')
  })

  it('give back the file that they edited', async () => {
    const file = join(dataDir, 'r.md')
    const { stdout } = await run('review', name())
    await writeFile(
      file,
      stdout.replace('Nothing added since it ended.', '- we learnt a lot\n- [ ] call the vendor'),
    )
    expect(await run('review', name(), '--file', file)).toMatchObject({
      code: 0,
      stdout: 'changed: Notes; it is version 2 now\n',
    })
    const stale = await run('review', name(), '--file', file)
    expect([stale.code, stale.stderr]).toEqual([4, expect.stringContaining('it is version 2 now')])
    const fresh = (await run('review', name())).stdout
    await writeFile(file, fresh.replace('# Post-mortem of', '# Autopsy of'))
    expect((await run('review', name(), '--file', file)).stdout).toContain('nothing changed\nnot taken: ')
    await writeFile(file, fresh)
    expect((await run('review', name(), '--file', file)).stdout).toBe('nothing changed\n')
    expect((await run('review', name(), '--appendix')).stdout).toContain('# Appendix to the post-mortem')
  })

  it('may write anything: it is kept safely and shown as text', async () => {
    const bad = 'a\u0000b \uD800 <script>alert(1)</script>\n<!-- <details>'
    expect((await edit(1, { cause: bad })).statusCode).toBe(200)
    const { body } = await web.app.inject({ url: `/reviews/${name()}`, headers: cookie })
    expect(body).toContain('a\uFFFDb \uFFFD &lt;script&gt;alert(1)&lt;/script&gt; &lt;!-- &lt;details&gt;')
    expect(body).not.toContain('<script>alert')
    for (const text of ['## Impact', `## Details`, `x\n${'<!-- firewatch INC-9 version 3 -->'}`]) {
      const refused = await edit(2, { cause: text === '## Impact' ? '## When' : text })
      expect([text, refused.statusCode]).toEqual([text, 400])
    }
    expect((await edit(2, { cause: 'x'.repeat(20_001) })).statusCode).toBe(400)
    expect((await edit(2, { nonsense: 'x' })).statusCode).toBe(400)
  })

  it('need the role responder, and read without', async () => {
    const forms = [path(), path('/publish'), path('/redraft'), path('/drafts'), path('/causes')]
    for (const url of forms)
      expect([url, (await post(url, { version: 1 }, bearer('viewer'))).statusCode]).toEqual([url, 403])
    const viewer = { ...cookie, cookie: 'firewatch_session=viewer-secret' }
    const { body } = await web.app.inject({ url: `/reviews/${name()}`, headers: viewer })
    expect(body).not.toContain('<form')
    expect(body).not.toContain('>Edit<')
  })

  it('find all reviews in a list, with what is to be done in each', async () => {
    await edit(1, { actions: '- [ ] one\n- [ ] two\n- [x] three' })
    const { reviews } = await get('/api/v1/reviews?limit=1')
    expect(reviews).toMatchObject([{ incident, state: 'draft', openActions: 2, version: 2 }])
    expect(reviews[0].unsettledCauses).toBeGreaterThan(0)
    expect(
      (await get(`/api/v1/reviews?state=published`)).reviews.map((one: { incident: number }) => one.incident),
    ).not.toContain(incident)
    const { stdout } = await run('reviews', '--state', 'draft')
    expect(stdout).toMatch(new RegExp(`^${name()} .* draft +2 `, 'm'))
    const { body } = await web.app.inject({ url: '/reviews', headers: cookie })
    expect(body).toContain(`href="/reviews/${name()}"`)
    expect(body).toContain('2 open actions')
  })

  it('read one of before there were sections: it is drafted again', async () => {
    await database.pool.query("UPDATE reviews SET version = 0, sections = '{}' WHERE incident = $1", [
      incident,
    ])
    expect(await get()).toMatchObject({ version: 1, state: 'draft' })
  })
})
