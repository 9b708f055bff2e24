import { randomUUID } from 'node:crypto'
import { createClickHouse } from '../clickhouse/client.ts'
import { checkMutes } from '../domain/check/mutes.ts'
import type { Configuration } from '../domain/configuration/configuration.ts'
import { createDispatcher, type Dispatcher } from '../intake/dispatcher.ts'
import { createServerMetrics, type ServerMetrics } from '../metrics/server-metrics.ts'
import { inboxChannel } from '../postgres/alert-inbox.ts'
import { listenTo } from '../postgres/listen.ts'
import { openServerPools } from '../postgres/pools.ts'
import { createTemporalQuestions } from '../temporal/questions.ts'
import { createServer } from '../web/server.ts'
import { openAuditLog } from './audit-log.ts'
import { newToken } from './chart-token.ts'
import { ConfigurationReload } from './configuration-reload.ts'
import { createConfigurationService } from './configuration-service.ts'
import { createChannelHandlers } from './channel-handlers.ts'
import { createAlertExpiry } from '../intake/alert-expiry.ts'
import { heartbeatWatchOf } from './heartbeats.ts'
import { createIntake } from './intake.ts'
import type { Hangups } from './hangup.ts'
import { createMaintenance } from './maintenance.ts'
import { createSilencing } from './silences.ts'
import { createLog } from './log.ts'
import { secretsOf } from './outside.ts'
import { senderQuota } from './sender-quota.ts'
import { listenOn } from './port-taken.ts'
import { prepareDatabase } from './prepare.ts'
import { firstConfiguration } from './read-configuration.ts'
import { createRecords, type Records } from './records.ts'
import {
  holdConfiguration,
  listenForConfigurations,
  type RunningConfiguration,
} from './running-configuration.ts'
import type { Settings } from './settings.ts'
import { createSignedIntake } from './signed-intake.ts'
import { type ServerParts, now } from './server-parts.ts'
import { giveBackWhatStartingTook } from './spare-memory.ts'
import { webDependencies } from './web-dependencies.ts'

/** Runs the HTTP server and the dispatcher until the process is told to end. Temporal and ClickHouse may come and go meanwhile. */
export async function serve(settings: Settings, env: NodeJS.ProcessEnv, hangups: Hangups): Promise<void> {
  const log = createLog('server', settings.logLevel)
  const configuration = holdConfiguration(await firstConfiguration(settings, env, log))
  const running = configuration.current
  const pools = openServerPools(settings.databaseUrl)
  let dispatcher: Dispatcher | undefined
  const records = createRecords(pools.console.db, now, {
    running,
    accepted: () => dispatcher?.notice(),
    newToken,
    urgent: { intake: pools.intake.db, dispatch: pools.dispatch.db },
  })
  await prepareDatabase(pools.console, records, running())
  const parts = partsOf({ settings, running, log, pools, records })
  const reload = keepConfiguration(parts, env, configuration)
  const channels = openChannels(parts, env)
  const app = await createServer({
    ...webDependencies(parts),
    ...intakes(parts, env),
    ...channels.handlers,
    configuration: createConfigurationService({ ...parts, now }, env, reload),
  })
  dispatcher = startDispatcher(parts)
  const background = startBackground(parts, dispatcher)
  try {
    await reload.start()
    hangups.listen(() => void reload.hangUp())
    await listenOn(app, settings)
    parts.heartbeatWatch.start()
    log.info({ url: settings.publicUrl, revision: running().revision }, 'serving')
    giveBackWhatStartingTook()
    await untilToldToEnd()
    log.info('told to end: requests under way are finished first')
  } finally {
    hangups.stop()
    await reload.stop()
    await parts.heartbeatWatch.stop()
    await app.close()
    await channels.idle()
    await background.stop()
    await parts.auditLog.idle()
    await Promise.all([parts.clickhouse.close(), parts.temporal.close(), pools.close()])
  }
}

function partsOf(
  known: Pick<ServerParts, 'settings' | 'running' | 'log' | 'pools' | 'records'>,
): ServerParts {
  const { settings, running, log, pools, records } = known
  return {
    ...known,
    temporal: createTemporalQuestions(settings),
    clickhouse: createClickHouse({ url: settings.clickhouseUrl }),
    metrics: metricsOf(records, running),
    auditLog: openAuditLog(pools.console.db, log),
    maintenance: createMaintenance(records, running, now),
    silencing: createSilencing(records, now, randomUUID),
    heartbeatWatch: heartbeatWatchOf({ records, running, log }),
    withinQuota: senderQuota(running, log),
  }
}

function intakes(parts: ServerParts, env: NodeJS.ProcessEnv) {
  return { intake: createIntake(parts), signedIntake: createSignedIntake(parts, env) }
}

function keepConfiguration(
  parts: ServerParts,
  env: NodeJS.ProcessEnv,
  configuration: RunningConfiguration,
): ConfigurationReload {
  const { pools, log } = parts
  return new ConfigurationReload({
    ...parts,
    kind: 'server',
    env,
    configuration,
    listen: (onNotify) => listenForConfigurations(pools.console.pool, onNotify, log),
    now,
  })
}

function metricsOf({ figures, verdicts }: Records, running: () => Configuration): ServerMetrics {
  return createServerMetrics(async () => {
    const { checks } = running()
    const [read, muted] = await Promise.all([figures.read(Object.keys(checks)), verdicts.muted()])
    return { ...read, mutes: checkMutes(muted, checks) }
  })
}

function openChannels(parts: ServerParts, env: NodeJS.ProcessEnv) {
  const { commands, declarations } = parts.records
  return createChannelHandlers({
    ...parts,
    commands,
    declare: (declaration) => declarations.declare(declaration),
    resolveSecret: secretsOf(env),
    now,
    newId: randomUUID,
  })
}

function startDispatcher({ running, log, pools, records }: ServerParts): Dispatcher {
  const lost = (error: unknown) =>
    log.warn({ err: error }, 'no longer listening for alerts; asking for them instead')
  const dispatcher = createDispatcher({
    store: records.dispatch,
    listen: (onNotify) => listenTo(pools.dispatch.pool, inboxChannel, onNotify, lost),
    configuration: running,
    log,
    newToken,
    clock: () => performance.now(),
    now,
  })
  dispatcher.start()
  return dispatcher
}

/** What is done with alerts beside requests. */
function startBackground({ records, log }: ServerParts, dispatcher: Dispatcher) {
  const expiry = createAlertExpiry({ alerts: records.alertExpiry, log, now })
  expiry.start()
  return {
    async stop(): Promise<void> {
      await expiry.stop()
      await dispatcher.stop()
    },
  }
}

function untilToldToEnd(): Promise<void> {
  return new Promise((resolve) => {
    process.once('SIGINT', () => resolve())
    process.once('SIGTERM', () => resolve())
  })
}
