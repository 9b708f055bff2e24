import type { Command } from 'commander'
import type { ListedHeartbeat } from '../../domain/alert/heartbeat-view.ts'
import { cutText, oneLine } from '../../domain/page/delivery.ts'
import { stampWords } from '../../domain/values/zoned-words.ts'
import { print, table } from '../terminal.ts'
import { api, inZone, type Options, reading, timed } from './incidents.ts'

interface Listed {
  readonly heartbeats: readonly ListedHeartbeat[]
  readonly timeZone: string
}

const longestShown = 60

/** `heartbeats`: jobs that say regularly that they are alive. */
export function addHeartbeatCommands(program: Command): void {
  const heartbeats = program
    .command('heartbeats')
    .description('jobs that say that they are alive; silence is an alert')
  timed(reading(heartbeats, 'list', 'each with its state, its last beat and its next deadline')).action(
    async (options: Options) => {
      const server = await api(options)
      const { heartbeats: listed, timeZone } = await server.get<Listed>(inZone('/api/v1/heartbeats', options))
      print(options, listed, () => heartbeatsText(listed, timeZone))
    },
  )
}

/** As a table, in the order given. */
export function heartbeatsText(heartbeats: readonly ListedHeartbeat[], timeZone: string): string {
  if (heartbeats.length === 0) return 'no heartbeat is configured'
  const second = (at: string | null) => (at === null ? '-' : stampWords(Date.parse(at), timeZone, 'second'))
  const rows = heartbeats.map(({ state, muted, name, lastBeatAt, lastStatus, deadlineAt, message }) => [
    muted ? `${state}, muted` : state,
    name,
    lastStatus === 'fail' ? `${second(lastBeatAt)}, failed` : second(lastBeatAt),
    second(deadlineAt),
    cutText(oneLine(message ?? ''), longestShown),
  ])
  return table(['state', 'heartbeat', 'last beat', 'deadline', 'last message'], rows)
}
