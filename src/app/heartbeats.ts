import { listHeartbeats } from '../domain/alert/heartbeat-view.ts'
import type { Configuration } from '../domain/configuration/configuration.ts'
import { createHeartbeatWatch, type HeartbeatWatch } from '../intake/heartbeat-watch.ts'
import type { Heartbeats } from '../web/heartbeats.ts'
import type { Records } from './records.ts'
import { now, type ServerParts } from './server-parts.ts'

/** What looks at heartbeats in this server; not started yet. */
export function heartbeatWatchOf({
  records,
  running,
  log,
}: Pick<ServerParts, 'records' | 'running' | 'log'>): HeartbeatWatch {
  return createHeartbeatWatch({ look: (at) => records.heartbeats.look(running(), at), now, log })
}

/** Beats as they come in over HTTP. @param notice tells whoever looks that one may have changed something */
export function createHeartbeats(
  { heartbeats: records }: Pick<Records, 'heartbeats'>,
  running: () => Configuration,
  notice: () => void,
  clock: () => Date,
): Heartbeats {
  return {
    async beat(name, beat) {
      if (!Object.hasOwn(running().heartbeats ?? {}, name)) return false
      if (await records.beat(name, beat)) notice()
      return true
    },
    async list() {
      const configuration = running()
      const { heartbeats = {} } = configuration
      const [standings, look] = await Promise.all([
        records.standings(),
        records.watch(configuration, clock()),
      ])
      return listHeartbeats(heartbeats, standings, look)
    },
  }
}
