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
import { createPageSender, type PageSender } from '../paging/sender.ts'
import type { OpenDatabase } from '../postgres/database.ts'
import { listenTo } from '../postgres/listen.ts'
import { noticesChannel } from '../postgres/on-call-notices.ts'
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

/** Sends pages, and notices to those whose shifts changed, for as long as the worker runs, whatever Temporal does. */
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
  const notices = createNoticeSender({
    ...common,
    notices: records.onCallNotices,
    listen: (onNotify) => listenTo(database.pool, noticesChannel, onNotify, lost),
  })
  sender.start()
  notices.start()
  return { stop: async () => void (await Promise.all([sender.stop(), notices.stop()])) }
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
