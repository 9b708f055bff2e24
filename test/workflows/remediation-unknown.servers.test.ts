import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { RemediateDependencies } from '../../activities/remediate-dependencies.ts'
import { createHttpActions, type HttpActions } from '../../src/http-action/executor.ts'
import { type DescentOptions, type Descents, startDescents } from '../support/descents.ts'
import { type RemediationWorld, rung } from '../support/remediation.ts'
import { startTimeSkipping } from '../support/temporal.ts'

type Answer = (request: IncomingMessage, response: ServerResponse) => void

let descents: Descents
let world: RemediationWorld
let incident: number
let actions: HttpActions
/** What the target does with a POST; a GET is answered by what became of the key. */
let answer: Answer
let posts: string[]
let applied: Set<string>
let url: string

const target = createServer((request, response) => {
  const key = String(request.headers['idempotency-key'])
  if (request.method === 'GET') {
    response.end(JSON.stringify({ applied: applied.has(key) }))
    return
  }
  posts.push(`${key} ${String(request.headers['x-firewatch-fence'])}`)
  answer(request, response)
})

beforeAll(async () => {
  descents = await startDescents(startTimeSkipping)
  await new Promise<void>((resolve) => target.listen(0, '127.0.0.1', resolve))
  const address = target.address()
  url = `http://127.0.0.1:${address !== null && typeof address === 'object' ? address.port : 0}`
})
afterAll(async () => {
  await descents?.stop()
  target.closeAllConnections()
  target.close()
})
beforeEach(async () => {
  ;({ world, incident } = await descents.begin())
  actions = createHttpActions({ resolveSecret: (reference) => reference })
  posts = []
  applied = new Set()
})
afterEach(() => actions.close())

const code =
  (status: number): Answer =>
  (_, response) =>
    response.writeHead(status).end()

/** How an answer gets lost once the request was written. */
const lost: readonly (readonly [string, Answer])[] = [
  ['408', code(408)],
  ['500', code(500)],
  ['502', code(502)],
  ['503', code(503)],
  ['504', code(504)],
  ['no answer in time', () => undefined],
  ['a connection that is reset', (request) => request.socket.resetAndDestroy()],
  ['a connection that is closed without a word', (request) => request.socket.end()],
]

/** The action of this test's target, over real HTTP. */
function overHttp(declared: 'probe' | 'idempotent' | 'neither'): DescentOptions {
  const action = {
    kind: 'http',
    url,
    timeoutMs: 1_000,
    ...(declared === 'probe' ? { probeUrl: url } : {}),
    ...(declared === 'idempotent' ? { idempotent: true } : {}),
  } as const
  const exchange = (deps: RemediateDependencies): RemediateDependencies => ({
    ...deps,
    executor: actions,
    configurations: {
      async get(revision) {
        const configuration = await deps.configurations.get(revision)
        const feed = configuration.targets['feed']
        if (feed === undefined) throw new Error('the world has no target feed')
        return {
          ...configuration,
          targets: { feed: { ...feed, actions: { flush: action, restart: action } } },
        }
      },
    },
  })
  return { exchange }
}

const oneRung = { ladder: [rung('flush')] }
const key = () => `INC-${incident}/a1 1`

describe('N11 an act whose answer is lost', () => {
  it.each(lost)('by %s is never sent again where nothing is declared, and is for people', async (_, how) => {
    answer = how
    const { end, explanation } = await descents.descend(overHttp('neither'), {
      ladder: [rung('flush'), rung('restart')],
    })
    expect(posts).toEqual([key()])
    expect(end).toBe('handed-over')
    expect(explanation).toMatch(
      /could not be found out, so it is not tried again: .+; flush on feed has no probeUrl/,
    )
    const [attempt, ...others] = await descents.attempts(incident)
    const summary = expect.stringMatching(/./) as string
    const unsettled = { kind: 'not-probed', action: 'flush', target: 'feed', summary }
    expect(attempt).toMatchObject({ effect: 'unknown', outcome: 'unknown', explanation: unsettled })
    expect(others).toEqual([])
    const facts = world.timeline.flatMap(({ fact }) => (fact.type === 'attempt' ? fact : []))
    expect(facts.map(({ step }) => step)).toEqual(['proposed', 'acting', 'acted', 'not-probed', 'finished'])
  })

  it.each(lost)('by %s is asked about, and never sent again, where there is a probe', async (_, how) => {
    answer = (request, response) => {
      applied.add(String(request.headers['idempotency-key']))
      how(request, response)
    }
    await descents.descend(overHttp('probe'), oneRung)
    expect(posts).toEqual([key()])
    expect(await descents.attempts(incident)).toMatchObject([{ effect: 'done' }])
  })

  it.each(lost)('by %s is sent again under the same key where it is declared idempotent', async (_, how) => {
    answer = (request, response) => (posts.length < 3 ? how(request, response) : code(200)(request, response))
    await descents.descend(overHttp('idempotent'), oneRung)
    expect(posts).toEqual([key(), key(), key()])
    expect(await descents.attempts(incident)).toMatchObject([{ effect: 'done' }])
  })

  it('is sent again at most six times', async () => {
    answer = code(504)
    expect(await descents.descend(overHttp('idempotent'), oneRung)).toMatchObject({ end: 'handed-over' })
    expect(posts).toEqual(Array(7).fill(key()))
  })

  it.each(['neither', 'idempotent'] as const)(
    'is for people when a worker dies after it: %s',
    async (declared) => {
      answer = code(200)
      let acts = 0
      const { exchange = (deps: RemediateDependencies) => deps } = overHttp(declared)
      const dying = (deps: RemediateDependencies): RemediateDependencies => {
        const all = exchange(deps)
        const executor = {
          ...all.executor,
          async act(call: Parameters<typeof all.executor.act>[0]) {
            const said = await all.executor.act(call)
            if (++acts === 1) throw new Error('the worker was killed between the act and the note')
            return said
          },
        }
        return { ...all, executor }
      }
      await descents.descend({ exchange: dying }, oneRung)
      expect(posts).toHaveLength(declared === 'neither' ? 1 : 2)
      const effect = declared === 'neither' ? 'unknown' : 'done'
      expect(await descents.attempts(incident)).toMatchObject([{ effect }])
    },
  )

  it('is not tried by the same incident when its alert fires anew', async () => {
    answer = code(504)
    await descents.descend(overHttp('neither'), oneRung)
    await descents.descend(overHttp('neither'), oneRung)
    expect(posts).toHaveLength(1)
  })

  it('is not begun any more once people were told that it is over', async () => {
    answer = code(504)
    await descents.descend(overHttp('neither'), oneRung)
    const late = descents.withActivities(overHttp('neither'), ({ act }) =>
      act({ attempt: `INC-${incident}/a1`, fence: 1, timeoutMs: 1_000 }),
    )
    await expect(late).rejects.toThrow(`INC-${incident}/a1 is over since`)
    expect(posts).toHaveLength(1)
    expect(world.acts).toEqual([])
  })
})
