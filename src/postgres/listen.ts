import { setTimeout as delay } from 'node:timers/promises'
import type pg from 'pg'

const reconnectAfterMs = 1_000

export interface Listening {
  stop(): Promise<void>
}

/**
 * Calls `onNotify` for every notification on a channel, and once each time that it begins to listen, since notifications may have been missed
 * until then. It holds one connection of the pool; when that breaks it takes another.
 * @param onLost told once per interruption
 */
export function listenTo(
  pool: pg.Pool,
  channel: string,
  onNotify: () => void,
  onLost: (error: unknown) => void,
): Listening {
  const stopping = new AbortController()
  const loop = keepListening(pool, channel, onNotify, onLost, stopping.signal)
  return {
    async stop() {
      stopping.abort()
      await loop
    },
  }
}

async function keepListening(
  pool: pg.Pool,
  channel: string,
  onNotify: () => void,
  onLost: (error: unknown) => void,
  signal: AbortSignal,
): Promise<void> {
  let told = false
  while (!signal.aborted) {
    try {
      const client = await pool.connect()
      await listenOn(client, channel, signal, () => {
        told = false
        onNotify()
      })
    } catch (error) {
      if (!told) onLost(error)
      told = true
      await delay(reconnectAfterMs, undefined, { signal }).catch(() => undefined)
    }
  }
}

/** Returns when `signal` aborts, and throws when the connection breaks. The connection is not given back for other use: it goes on listening. */
async function listenOn(
  client: pg.PoolClient,
  channel: string,
  signal: AbortSignal,
  onNotify: () => void,
): Promise<void> {
  const broken = Promise.withResolvers<never>()
  const stopped = Promise.withResolvers<void>()
  const stop = () => stopped.resolve()
  client.on('error', broken.reject)
  client.on('end', () => broken.reject(new Error('the connection was closed')))
  client.on('notification', onNotify)
  signal.addEventListener('abort', stop)
  try {
    await Promise.race([client.query(`LISTEN ${client.escapeIdentifier(channel)}`), broken.promise])
    if (signal.aborted) return
    onNotify()
    await Promise.race([stopped.promise, broken.promise])
  } finally {
    signal.removeEventListener('abort', stop)
    client.release(true)
  }
}
