import { setTimeout as sleep } from 'node:timers/promises'
import { errorCode } from '../../../src/domain/values/error-message.ts'
import { type Conversation, read, type Visit } from '../behaviour.ts'

/** Longer than this nobody looks at a spinner. */
const timeoutMs = 4_000
const againMs = 100
/** A post read, more or less. */
const readMs = 40

export interface Phone {
  /**
   * Opens the feed, reads what it shows, and sends views and likes. Shows it nothing, or does it not answer, nothing is sent.
   * @param at when it was opened, by the phone's own clock: a machine that is busy with other things loses no visit to the seconds after it
   */
  visit(visit: Visit, at: number): Promise<void>
  converse(conversation: Conversation, at: number): Promise<void>
}

/** What the app on a phone does: one request each, and no complaint when the service does not answer. */
export function createPhone(serviceUrl: string): Phone {
  const feedOf = async ({ user_id, os, country, exp_group }: Visit['person']): Promise<readonly number[]> => {
    const url = new URL('/feed', serviceUrl)
    url.search = new URLSearchParams({
      user: `${user_id}`,
      os,
      country,
      exp_group: `${exp_group}`,
    }).toString()
    const shown = (await ask(url)) as { posts: { id: number }[] } | undefined
    return shown?.posts.map(({ id }) => id) ?? []
  }
  const send = (path: string, body: unknown) =>
    ask(new URL(path, serviceUrl), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })

  return {
    async visit(visit, at) {
      const actions = read(visit, await feedOf(visit.person))
      if (actions.length === 0) return
      await sleep(readMs * actions.length)
      await send('/actions', { person: visit.person, at, actions })
    },
    async converse({ person, receivers }, at) {
      await send('/messages', { person, at, receivers })
    },
  }
}

/**
 * The answer's JSON; nothing if the service is too slow, broken or away: people shrug and put the phone away. A request that the service calls
 * wrong is a mistake of this program, and is said.
 */
async function ask(url: URL, request: RequestInit = {}): Promise<unknown> {
  const signal = AbortSignal.timeout(timeoutMs)
  const response = await reach(url, { ...request, signal }).catch(() => undefined)
  const answer: unknown = await response?.json().catch(() => undefined)
  if (response?.ok) return answer
  if (response && response.status < 500)
    console.error(`feed users: ${url.pathname} refused: ${JSON.stringify(answer)}`)
  return undefined
}

/** Where nobody listens, as while the service is restarted, the app tries again for as long as people look at the spinner: nothing was sent yet. */
async function reach(url: URL, request: RequestInit & { readonly signal: AbortSignal }): Promise<Response> {
  for (;;) {
    try {
      return await fetch(url, request)
    } catch (error) {
      // What `fetch` fails with says only inside that the connection was refused.
      if (!(error instanceof Error) || errorCode(error.cause) !== 'ECONNREFUSED') throw error
      await sleep(againMs, undefined, { signal: request.signal })
    }
  }
}
