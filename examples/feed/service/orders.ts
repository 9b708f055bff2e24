import type { FastifyReply, FastifyRequest } from 'fastify'

/** Whoever orders something names the order in a header, or in the query when only asking about it. */
export interface OrderQuery {
  readonly Querystring: { readonly key?: string }
}

/** The idempotency key of an order. */
export function keyOf(request: FastifyRequest<OrderQuery>): string | undefined {
  return headerOf(request.headers['idempotency-key']) ?? request.query.key
}

/**
 * A hook that refuses orders from someone who has been superseded: each order carries a number in `X-Firewatch-Fence`, and one below the highest
 * seen so far comes too late. Orders without a number, from people, pass.
 */
export function createFence() {
  let highest = 0
  return async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    const fence = Number(headerOf(request.headers['x-firewatch-fence']) ?? highest)
    if (fence >= highest) highest = fence
    else
      await reply.code(409).send({ error: `order ${fence} comes too late: order ${highest} was seen before` })
  }
}

function headerOf(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value
}

export interface Once<T> {
  /** Acts, unless an act under this key was done or is under way: then gives its result. Without a key it always acts. */
  run(
    key: string | undefined,
    act: () => Promise<T>,
  ): Promise<{ readonly result: T; readonly repeated: boolean }>
  /** Whether an act under this key was done; waits for one that is under way. An act that failed was not done and may be tried again. */
  applied(key: string): Promise<boolean>
}

/** Remembers the last so many idempotency keys for as long as the process lives. */
export function createOnce<T>(remember = 1_000): Once<T> {
  const acts = new Map<string, Promise<T>>()

  const begin = async (key: string, act: () => Promise<T>): Promise<T> => {
    const running = act()
    acts.set(key, running)
    for (const oldest of [...acts.keys()].slice(0, Math.max(0, acts.size - remember))) acts.delete(oldest)
    try {
      return await running
    } catch (error) {
      acts.delete(key)
      throw error
    }
  }

  return {
    async run(key, act) {
      if (key === undefined) return { result: await act(), repeated: false }
      const before = acts.get(key)
      if (before) return { result: await before, repeated: true }
      return { result: await begin(key, act), repeated: false }
    },
    async applied(key) {
      const act = acts.get(key)
      if (!act) return false
      return act.then(
        () => true,
        () => false,
      )
    },
  }
}
