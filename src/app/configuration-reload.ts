import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import { setTimeout as delay } from 'node:timers/promises'
import type { Logger } from 'pino'
import { formatProblems } from '../config/problems.ts'
import { deepFreeze } from '../config/revision.ts'
import type { Configuration } from '../domain/configuration/configuration.ts'
import type { ConfigurationProcess, WantedConfiguration } from '../domain/configuration/process.ts'
import type { AuditEntry } from '../domain/access/audit-entry.ts'
import { errorMessage } from '../domain/values/error-message.ts'
import type { Listening } from '../postgres/listen.ts'
import { heardEveryMs } from '../postgres/running-configurations.ts'
import { auditHangup } from './hangup-audit.ts'
import { problemLines, type ReadConfiguration, readConfiguration } from './read-configuration.ts'
import type { Records } from './records.ts'
import type { PlannedConfiguration, ReloadOutcome, RunningConfiguration } from './running-configuration.ts'
import type { Settings } from './settings.ts'

export interface ReloadParts {
  readonly kind: ConfigurationProcess['kind']
  readonly settings: Pick<Settings, 'configPath' | 'runId'>
  readonly env: NodeJS.ProcessEnv
  readonly configuration: RunningConfiguration
  readonly records: Pick<Records, 'configurations' | 'runningConfigurations'>
  readonly auditLog: { append(entry: AuditEntry): Promise<void> }
  /** Calls back when another configuration may be wanted. */
  readonly listen: (onNotify: () => void) => Listening
  readonly log: Pick<Logger, 'info' | 'warn' | 'error'>
  readonly now: () => Date
}

type Invalid = Extract<ReloadOutcome, { kind: 'invalid' }>
type Reloaded = Extract<ReloadOutcome, { kind: 'same' | 'switched' }> | Invalid

/** What still runs then may wait for a store that hangs. */
const stopWithinMs = 3_000

/**
 * Keeps a process at the configuration that is wanted of all, and tells which it runs. The file of a process is read again when it is asked to (SIGHUP),
 * when another configuration is wanted, and then every ten seconds until the file gives that one: a mounted file may arrive later than the request. One
 * that is not valid changes nothing.
 */
export class ConfigurationReload {
  readonly #parts: ReloadParts
  readonly #id = randomUUID()
  readonly #runId: string | null
  #since: string
  /** Why it does not run what is wanted. */
  #problem: string | null = null
  /** Number of the wanted revision that was taken up last. */
  #fulfilled = 0
  #afterwards: (() => Promise<void>) | undefined
  #isSettled = false
  #isAway = false
  #queue: Promise<unknown> = Promise.resolve()
  #listening: Listening | undefined
  #timer: NodeJS.Timeout | undefined

  constructor(parts: ReloadParts) {
    this.#parts = parts
    this.#runId = parts.settings.runId ?? null
    this.#since = parts.now().toISOString()
  }

  /** From now on it takes up what is wanted. What a server was started with is wanted of all. */
  async start(): Promise<void> {
    await this.#inTurn(async () => {
      await this.#stored.forgetFormer({ id: this.#id, kind: this.#parts.kind, runId: this.#runId })
      if (this.#parts.kind === 'server') await this.#want('start')
      await this.#note()
    })
    const look = () => void this.#inTurn(() => this.#look())
    this.#listening = this.#parts.listen(look)
    this.#timer = setInterval(look, heardEveryMs)
  }

  /** Reads the file again and takes up what it says. Never rejects: what is wrong is logged, and what came of it is in the audit log. */
  async hangUp(): Promise<void> {
    const { auditLog, kind, log, now } = this.#parts
    await this.#inTurn(async () => {
      try {
        const outcome = await this.#reload()
        if (outcome.kind !== 'same') await auditHangup(auditLog, kind, outcome, now())
      } catch (error) {
        const { revision } = this.#running
        log.error({ err: error, revision }, 'the configuration was not reloaded; the old one goes on running')
        await auditHangup(auditLog, kind, { kind: 'failed', revision, reason: errorMessage(error) }, now())
      }
    })
    await this.#inTurn(() => this.#settle())
  }

  /** Takes up what was planned, if the file gives that and nobody changed it meanwhile; wants it of all. Rejects when that cannot be stored. */
  async apply(planned: PlannedConfiguration): Promise<ReloadOutcome> {
    const outcome = await this.#inTurn(() => this.#apply(planned))
    void this.#inTurn(() => this.#settle())
    return outcome
  }

  /** Which revision it runs, and why not the one that is wanted. */
  standing(): { readonly revision: string; readonly problem: string | null } {
    return { revision: this.#running.revision, problem: this.#problem }
  }

  /** Does what has to follow the configuration that runs, and from then on after each switch. Where it fails it is done again until it does not. */
  settleBy(job: () => Promise<void>): Promise<void> {
    this.#afterwards = job
    return this.#inTurn(() => this.#settle())
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer)
    await this.#listening?.stop()
    await Promise.race([this.#queue, delay(stopWithinMs, undefined, { ref: false })])
    await this.#stored.forget(this.#id).catch(() => undefined)
  }

  get #running(): Configuration {
    return this.#parts.configuration.current()
  }

  get #stored(): Records['runningConfigurations'] {
    return this.#parts.records.runningConfigurations
  }

  /** One after the other: two at once would take each other's file for theirs. */
  #inTurn<Result>(job: () => Promise<Result>): Promise<Result> {
    const result = this.#queue.then(job)
    this.#queue = result.catch(() => undefined)
    return result
  }

  #read(): Promise<ReadConfiguration> {
    return readConfiguration(this.#parts.settings.configPath, this.#parts.env)
  }

  async #reload(): Promise<Reloaded> {
    const read = await this.#read()
    if (read.configuration === null) return this.#invalid(read.problems)
    const { revision } = read.configuration
    let from = this.#running.revision
    if (from === revision) this.#parts.log.info({ revision }, 'the configuration is the same as before')
    else await this.#take(read.configuration, 'SIGHUP')
    // Servers say what everybody is to run; a worker that is asked alone goes its own way until another one is wanted.
    if (this.#parts.kind === 'server') from = (await this.#want('SIGHUP')) ?? from
    else this.#fulfil(await this.#stored.wanted())
    await this.#note()
    return from === revision ? { kind: 'same', revision } : { kind: 'switched', from, to: revision }
  }

  async #apply({ revision, against, insteadOf, by }: PlannedConfiguration): Promise<ReloadOutcome> {
    const from = this.#running.revision
    if (from !== against) return { kind: 'moved', revision: from }
    const read = await this.#read()
    if (read.configuration === null) return this.#invalid(read.problems)
    const { configPath: file } = this.#parts.settings
    if (read.configuration.revision !== revision)
      return { kind: 'other-file', file, revision: read.configuration.revision }
    if (from === revision) return { kind: 'same', revision }
    await this.#parts.records.configurations.save(read.configuration)
    const wanted = await this.#stored.want(this.#wanting(revision, by), insteadOf)
    if (wanted === undefined)
      return { kind: 'moved', revision: (await this.#stored.wanted())?.revision ?? from }
    await this.#take(read.configuration, by)
    this.#fulfil(wanted)
    await this.#note()
    return { kind: 'switched', from, to: revision }
  }

  /** The stores know it before anybody goes by it. */
  async #take(next: Configuration, by: string): Promise<void> {
    const from = this.#running.revision
    await this.#parts.records.configurations.save(next)
    this.#parts.configuration.replace(next)
    this.#since = this.#parts.now().toISOString()
    this.#isSettled = false
    this.#parts.log.info({ from, revision: next.revision, by }, 'the configuration was replaced')
  }

  /** Wants of all what this process runs, unless it is wanted already. @returns the revision that was wanted before */
  async #want(by: string): Promise<string | undefined> {
    const { revision } = this.#running
    const before = await this.#stored.wanted()
    const isWanted = before?.revision === revision
    this.#fulfil(isWanted ? before : await this.#stored.want(this.#wanting(revision, by)))
    return before?.revision
  }

  #wanting(revision: string, by: string) {
    return { revision, by, at: this.#parts.now().toISOString(), runId: this.#runId }
  }

  #fulfil(wanted: WantedConfiguration | undefined): void {
    this.#fulfilled = wanted?.number ?? 0
    this.#problem = null
  }

  async #look(): Promise<void> {
    try {
      await this.#follow()
      await this.#note()
      this.#isAway = false
    } catch (error) {
      if (!this.#isAway)
        this.#parts.log.warn({ err: error }, 'which configuration is wanted could not be asked; asking again')
      this.#isAway = true
    }
    await this.#settle()
  }

  async #follow(): Promise<void> {
    const wanted = await this.#stored.wanted()
    if (wanted === undefined || wanted.number === this.#fulfilled) return
    if (wanted.revision !== this.#running.revision) {
      const next = await this.#contentOf(wanted)
      if (next === undefined) return
      await this.#take(next, wanted.by)
    }
    this.#fulfil(wanted)
  }

  /** From the file of this process; under `up`, where it has another one, what `up` has read. */
  async #contentOf({ revision, by, runId }: WantedConfiguration): Promise<Configuration | undefined> {
    const read = await this.#read()
    if (read.configuration?.revision === revision) return read.configuration
    if (runId !== null && runId === this.#runId)
      return deepFreeze(await this.#parts.records.configurations.get(revision))
    const { configPath: file } = this.#parts.settings
    const gives = read.configuration?.revision ?? problemLines(read.problems).join('; ')
    const problem = `revision ${revision} is wanted (${by}), and ${file} gives ${gives}`
    if (this.#problem === problem) return undefined
    this.#problem = problem
    if (read.configuration === null) this.#invalid(read.problems)
    else this.#parts.log.warn({ wanted: revision, by, file, gives }, problem)
    return undefined
  }

  #invalid(problems: Extract<ReadConfiguration, { configuration: null }>['problems']): Invalid {
    const { revision } = this.#running
    const lines = problemLines(problems)
    const text = formatProblems(problems, `revision ${revision} goes on running`)
    this.#parts.log.error({ revision, file: this.#parts.settings.configPath, problems: lines }, text)
    return { kind: 'invalid', revision, problems }
  }

  #note(): Promise<void> {
    const { kind, settings, now } = this.#parts
    const who = { id: this.#id, kind, host: hostname(), pid: process.pid, runId: this.#runId }
    const what = { file: settings.configPath, revision: this.#running.revision }
    return this.#stored.note({ ...who, ...what, since: this.#since, problem: this.#problem }, now())
  }

  async #settle(): Promise<void> {
    if (this.#isSettled || this.#afterwards === undefined) return
    try {
      await this.#afterwards()
      this.#isSettled = true
    } catch (error) {
      const { revision } = this.#running
      this.#parts.log.warn(
        { err: error, revision },
        'what follows the new configuration failed; it is done again',
      )
    }
  }
}
