import type { Logger as TemporalLogger, LogLevel, LogMetadata } from '@temporalio/common'
import { pino, type Logger } from 'pino'
import { incidentNamed } from './log-incident.ts'

/** JSON lines on standard output, one an event: `level`, `time` (ISO 8601), `process`, `msg` and what it is about, such as `incident`. */
export function createLog(name: 'server' | 'worker', level: string): Logger {
  return pino({
    level,
    base: { process: name },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
  })
}

/** Temporal's log as ours: its levels are pino's, and its error goes where pino looks for one. */
export function temporalLogger(log: Logger): TemporalLogger {
  const write = (level: Lowercase<LogLevel>, message: string, meta: LogMetadata = {}) => {
    // The token is of use to the worker only, and longer than everything else together.
    const { error, taskToken: _, ...fields } = meta
    const incident = meta['incident'] ?? incidentNamed(meta['workflowId'])
    log[level](
      {
        ...fields,
        ...(incident === undefined ? {} : { incident }),
        ...(error === undefined ? {} : { err: error }),
      },
      message,
    )
  }
  return {
    log: (level, message, meta) => write(level.toLowerCase() as Lowercase<LogLevel>, message, meta),
    trace: (message, meta) => write('trace', message, meta),
    debug: (message, meta) => write('debug', message, meta),
    info: (message, meta) => write('info', message, meta),
    warn: (message, meta) => write('warn', message, meta),
    error: (message, meta) => write('error', message, meta),
  }
}
