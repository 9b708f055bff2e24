import type { Logger } from 'pino'
import { createAnswerLinks } from '../answers/links.ts'
import { createPageLinks } from '../answers/page-links.ts'
import { renderPng } from '../chart/render.ts'
import type { ClickHouse } from '../clickhouse/client.ts'
import type { Configuration } from '../domain/configuration/configuration.ts'
import { isMeasured } from '../domain/chart/chart.ts'
import { parseIncidentName } from '../domain/investigate/evidence.ts'
import type { WorkerMetrics } from '../metrics/worker-metrics.ts'
import { createNoticeSender } from '../paging/notice-sender.ts'
import { type QueueSender, watchQueue } from '../paging/queue-watch.ts'
import { createPageSender, type PageSender } from '../paging/sender.ts'
import { createTestPageSender } from '../paging/test-page-sender.ts'
import type { OpenDatabase } from '../postgres/database.ts'
import { listenTo } from '../postgres/listen.ts'
import { messagesChannel } from '../postgres/on-call-notices.ts'
import { pagesChannel } from '../postgres/page-outbox.ts'
import { createCharts } from './charts.ts'
import { createChannels } from './edges.ts'
import type { Records } from './records.ts'
import type { Settings } from './settings.ts'

export interface PageSenderParts {
  readonly settings: Pick<Settings, 'linkKey' | 'publicUrl'>
  /** As configured now: asked at each use, as it changes while the worker runs. */
  readonly running: () => Configuration
  readonly database: OpenDatabase
  readonly records: Records
  readonly clickhouse: ClickHouse
  readonly metrics: WorkerMetrics
  readonly resolveSecret: (reference: string) => Promise<string>
  readonly log: Logger
  readonly now: () => Date
}

/** Sends pages, notices to those whose shifts changed, and test pages for as long as the worker runs, whatever Temporal does. */
export function startPageSender(parts: PageSenderParts): Pick<PageSender, 'stop'> {
  const { running, database, records, metrics, resolveSecret, log, now, settings } = parts
  const lost = (error: unknown) =>
    log.warn({ err: error }, 'no longer listening for pages; asking for them instead')
  const common = {
    channels: createChannels(resolveSecret, now, chartsByName(parts), log, () => running().integrations),
    running,
    publicUrl: settings.publicUrl,
    log,
    now,
  }
  const sender = createPageSender({
    ...common,
    outbox: records.sending,
    configurations: records.configurations,
    ...messageLinks(parts),
    listen: (onNotify) => listenTo(database.pool, pagesChannel, onNotify, lost),
    ended: (...settled) => metrics.pageSettled(...settled),
  })
  sender.start()
  const messages = startMessages(
    parts,
    [
      createNoticeSender({ ...common, notices: records.onCallNotices }),
      createTestPageSender({ ...common, testPages: records.testPages }),
    ],
    lost,
  )
  return { stop: async () => void (await Promise.all([sender.stop(), messages.stop()])) }
}

/** What is no page, all by one connection that listens. */
function startMessages(
  { database, log }: PageSenderParts,
  senders: readonly QueueSender[],
  lost: (error: unknown) => void,
) {
  const failed = (error: unknown) =>
    log.warn({ err: error }, 'notices and test pages wait: the store cannot be asked for them now')
  const watches = senders.map((sender) => watchQueue(sender, failed))
  const listening = listenTo(
    database.pool,
    messagesChannel,
    () => watches.forEach(({ ring }) => ring()),
    lost,
  )
  return {
    async stop(): Promise<void> {
      await listening.stop()
      await Promise.all(watches.map((watch) => watch.stop()))
    },
  }
}

/** Without a key messages carry only the link to the console. */
function messageLinks({ settings: { linkKey: key, publicUrl }, records, log, now }: PageSenderParts) {
  if (key === undefined) {
    log.warn('FIREWATCH_LINK_KEY is not set: links in messages lead to the log-in and not to their incident')
    return {}
  }
  return {
    answerUrl: createAnswerLinks({ key, publicUrl, now }).urlOf,
    pageLinks: createPageLinks({ key, publicUrl, keep: records.pageLinks.keep, now }),
  }
}

/** Draws nothing where no check measures what fires: an empty picture tells nobody anything. */
function chartsByName({ records, clickhouse, running, log, now }: PageSenderParts) {
  const warn = (message: string, error: unknown) => log.warn({ err: error }, message)
  const charts = createCharts({ records, clickhouse, running, log: warn, now })
  return async (name: string, timeZone: string): Promise<Uint8Array | undefined> => {
    const number = parseIncidentName(name)
    if (number === undefined) throw new Error(`${name} is not the name of an incident`)
    const reading = await charts.ofIncident(await records.incidents.get(number), timeZone)
    if (reading.kind === 'unreadable') throw new Error('its measurements could not be read')
    return reading.kind === 'chart' && isMeasured(reading.model) ? renderPng(reading.model) : undefined
  }
}
