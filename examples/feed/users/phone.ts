import { setTimeout as sleep } from 'node:timers/promises'
import { type Conversation, read, type Visit } from '../behaviour.ts'

/** Longer than this nobody looks at a spinner. */
const timeoutMs = 1_500
/** A post read, more or less. */
const readMs = 40

export interface Phone {
  /** Opens the feed, reads what it shows, and sends views and likes. Shows it nothing, or does it not answer, nothing is sent. */
  visit(visit: Visit): Promise<void>
  converse(conversation: Conversation): Promise<void>
}

/** What the app on a phone does: one try each, and no complaint when the service does not answer. */
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
    async visit(visit) {
      const actions = read(visit, await feedOf(visit.person))
      if (actions.length === 0) return
      await sleep(readMs * actions.length)
      await send('/actions', { person: visit.person, actions })
    },
    async converse({ person, receivers }) {
      await send('/messages', { person, receivers })
    },
  }
}

/**
 * The answer's JSON; nothing if the service is too slow, broken or away: people shrug and put the phone away. A request that the service calls
 * wrong is a mistake of this program, and is said.
 */
async function ask(url: URL, request: RequestInit = {}): Promise<unknown> {
  const response = await fetch(url, { ...request, signal: AbortSignal.timeout(timeoutMs) }).catch(
    () => undefined,
  )
  const answer: unknown = await response?.json().catch(() => undefined)
  if (response?.ok) return answer
  if (response && response.status < 500)
    console.error(`feed users: ${url.pathname} refused: ${JSON.stringify(answer)}`)
  return undefined
}
