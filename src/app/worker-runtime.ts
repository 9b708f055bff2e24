import { makeTelemetryFilterString, Runtime } from '@temporalio/worker'
import type { Logger } from 'pino'
import { freePort } from './free-port.ts'
import { temporalLogger } from './log.ts'

/**
 * Makes Temporal's runtime log through ours, its native part included. Once per process, before anything of Temporal's worker is used.
 * @param measured whether Temporal's own metrics of the worker are wanted
 * @returns where they are, on loopback; `undefined` when they are not wanted
 */
export async function installRuntime(log: Logger, measured: boolean): Promise<string | undefined> {
  const port = measured ? await freePort(0) : undefined
  if (measured && port === undefined)
    throw new Error('no free port on 127.0.0.1 for the metrics of the Temporal worker')
  const bindAddress = `127.0.0.1:${port}`
  Runtime.install({
    logger: temporalLogger(log),
    telemetryOptions: {
      logging: { filter: makeTelemetryFilterString({ core: 'WARN', other: 'ERROR' }), forward: {} },
      ...(port === undefined
        ? {}
        : { metrics: { prometheus: { bindAddress, unitSuffix: true, countersTotalSuffix: true } } }),
    },
  })
  return port === undefined ? undefined : `http://${bindAddress}/metrics`
}
