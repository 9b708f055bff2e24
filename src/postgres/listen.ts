import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'

const reconnectAfterMs = 1_000
/** A server process that hangs notifies nobody and breaks no connection: it is asked now and then. */
const probeEveryMs = 15_000
const patienceMs = 5_000

export interface Listening {
  stop(): Promise<void>
}

/**
 * Calls `onNotify` for every notification on a channel, and once each time that it begins to listen, since notifications may have been missed
 * until then. It has a connection of its own, to where the pool connects; when that breaks or hangs it opens another.
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
      await listenOn(pool.options.connectionString, channel, signal, () => {
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

/** Returns when `signal` aborts, and throws when the connection breaks. */
async function listenOn(
  connectionString: string | undefined,
  channel: string,
  signal: AbortSignal,
  onNotify: () => void,
): Promise<void> {
  const client = new pg.Client({
    connectionString,
    connectionTimeoutMillis: patienceMs,
    query_timeout: patienceMs,
    keepAlive: true,
  })
  const broken = Promise.withResolvers<never>()
  broken.promise.catch(() => undefined)
  client.on('error', broken.reject)
  client.on('end', () => broken.reject(new Error('the connection was closed')))
  client.on('notification', onNotify)
  try {
    await client.connect()
    await client.query(`LISTEN ${client.escapeIdentifier(channel)}`)
    if (!signal.aborted) onNotify()
    while (!signal.aborted) {
      await Promise.race([broken.promise, pause(signal)])
      await client.query('SELECT 1')
    }
  } finally {
    // Not `end`, which waits for the server.
    client.removeAllListeners('notification')
    client.connection.stream.destroy()
  }
}

async function pause(signal: AbortSignal): Promise<void> {
  await delay(probeEveryMs, undefined, { signal }).catch(() => undefined)
}
