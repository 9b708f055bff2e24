import { type ChildProcess, spawn } from 'node:child_process'
import { open } from 'node:fs/promises'
import { constants } from 'node:os'
import type { Readable, Writable } from 'node:stream'

export type StopSignal = 'SIGTERM' | 'SIGINT'

export interface GuardedCommand {
  command: string
  args: readonly string[]
  cwd: string
  env: NodeJS.ProcessEnv
  /** Run as another user; only root can. */
  uid?: number
  gid?: number
  /** How this child is asked to end. */
  stopSignal: StopSignal
  /** Standard output and error are appended to this file. */
  logPath: string
}

export interface GuardedChild {
  /** Of the command itself. */
  readonly pid: number
  /** Of its watchdog, who leads the process group that both are in. */
  readonly watchdogPid: number
  /** Resolves, never rejects, when the command has ended, with the way it ended in words: `exit 1`, `SIGKILL`. */
  readonly ended: Promise<string>
  /** Asks the command to end with its stop signal. */
  askToStop(): void
  /** Ends the whole process group at once. */
  kill(): void
}

/**
 * Keeps a child from outliving its supervisor. It reads signal names from standard input, whose other end only the
 * supervisor has: when it closes, however the supervisor died, the child has about three seconds to end, then its
 * process group is killed. `$1` is the stop signal, the rest the command; descriptor 3 takes the child's pid.
 *
 * The group is its own, so Ctrl-C at the terminal reaches the supervisor alone. A shell starts background commands
 * with SIGINT ignored: that is why a child that is stopped by it must handle it, as PostgreSQL does.
 */
const WATCHDOG = `# Ends the following command when Firewatch is gone.
umask 077
stop=$1; shift
exec 4<&0
"$@" </dev/null 3>&- 4<&- &
child=$!
echo "$child" >&3
exec 3>&-
{
  while read -r signal; do kill -s "$signal" "$child"; done
  kill -s "$stop" "$child"
  tries=0
  while [ "$tries" -lt 15 ] && kill -0 "$child"; do sleep 0.2; tries=$((tries + 1)); done
  kill -s KILL 0
} <&4 >/dev/null 2>&1 &
exec 4<&-
wait "$child"
status=$?
trap '' TERM
kill -s TERM 0
exit "$status"
`

/** Starts a command under a watchdog. Rejects when it cannot be started at all. */
export async function startGuarded(command: GuardedCommand): Promise<GuardedChild> {
  const log = await open(command.logPath, 'a', 0o600)
  try {
    const watchdog = spawn(
      '/bin/sh',
      ['-c', WATCHDOG, 'watchdog', command.stopSignal.slice('SIG'.length), command.command, ...command.args],
      {
        cwd: command.cwd,
        env: command.env,
        detached: true,
        stdio: ['pipe', log.fd, log.fd, 'pipe'],
        ...(command.uid === undefined ? {} : { uid: command.uid }),
        ...(command.gid === undefined ? {} : { gid: command.gid }),
      },
    )
    return await guarded(watchdog, command)
  } finally {
    await log.close()
  }
}

async function guarded(watchdog: ChildProcess, command: GuardedCommand): Promise<GuardedChild> {
  const orders = watchdog.stdin as Writable
  // The watchdog ended with its child just before an order arrived: `ended` tells.
  orders.on('error', () => orders.destroy())
  const ended = new Promise<string>((resolve) => {
    watchdog.once('exit', (code, signal) => {
      // Were only the watchdog killed, this ends the child: its other half reads the same pipe.
      orders.destroy()
      resolve(signal ?? describeExit(code ?? 0))
    })
  })
  const failed = new Promise<never>((_, reject) => watchdog.once('error', reject))
  const pid = await Promise.race([readPid(watchdog.stdio[3] as Readable), failed])
  const watchdogPid = watchdog.pid as number
  return {
    pid,
    watchdogPid,
    ended,
    askToStop: () => orders.write(`${command.stopSignal.slice('SIG'.length)}\n`),
    kill: () => killGroup(watchdogPid),
  }
}

async function readPid(pipe: Readable): Promise<number> {
  let text = ''
  for await (const chunk of pipe) text += String(chunk)
  const pid = Number.parseInt(text, 10)
  if (Number.isNaN(pid)) throw new Error('the watchdog ended before it started its child')
  return pid
}

/** A shell reports a child that died of a signal as 128 and the signal's number. */
function describeExit(code: number): string {
  const signal = Object.entries(constants.signals).find(([, number]) => number === code - 128)?.[0]
  return signal ?? `exit ${code}`
}

/** Kills a process group whose leader is known to be ours; one that is gone already is no error. */
export function killGroup(leaderPid: number): void {
  try {
    process.kill(-leaderPid, 'SIGKILL')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}
