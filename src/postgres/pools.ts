import { type OpenDatabase, openDatabase } from './database.ts'
import { inboxWriters } from './alert-inbox.ts'

/** One pool for each kind of work: what is stuck in one takes no connection from another. */
export interface ServerPools {
  /** Accepts alerts and knows who sends them; a sender waits for it. */
  readonly intake: OpenDatabase
  /** Brings alerts to their incidents. */
  readonly dispatch: OpenDatabase
  /** Answers people and programs that read or command. */
  readonly console: OpenDatabase
  close(): Promise<void>
}

/** For checking credentials and looking alerts up, beside the writers. */
const intakeReaders = 4
/** Six groups at work, and the claim. */
const dispatchConnections = 7
const consoleConnections = 8

/** A sender gives up after ten seconds (Alertmanager) or thirty: it is told sooner. */
const intakeLimits = { statementMs: 4_000, lockMs: 3_000, heldMs: 5_000 }
const dispatchLimits = { statementMs: 10_000, lockMs: 5_000, heldMs: 25_000 }
/** Somebody looks at a page that does not come. */
const consoleLimits = { statementMs: 10_000, lockMs: 5_000, heldMs: 15_000 }

/** The pools of a server; what listens has a connection of its own. A worker has a single one, for its activities are bounded by Temporal. */
export function openServerPools(url: string): ServerPools {
  const intake = openDatabase(url, inboxWriters + intakeReaders, intakeLimits)
  const dispatch = openDatabase(url, dispatchConnections, dispatchLimits)
  const console = openDatabase(url, consoleConnections, consoleLimits)
  const pools = [intake, dispatch, console]
  return {
    intake,
    dispatch,
    console,
    close: async () => void (await Promise.all(pools.map((pool) => pool.close()))),
  }
}
