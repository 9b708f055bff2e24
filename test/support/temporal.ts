import { defineSearchAttributeKey } from '@temporalio/common'
import { TestWorkflowEnvironment } from '@temporalio/testing'
import { DefaultLogger, makeTelemetryFilterString, Runtime } from '@temporalio/worker'
import { searchAttributeNames } from '../../src/domain/incident/messages.ts'
import {
  findProgram,
  TEMPORAL,
  TEMPORAL_TEST_SERVER,
  type TemporalProgram,
} from '../../src/embedded/temporal-binaries.mjs'

export { bundleWorkflows } from './bundles.ts'

/** `INDEXED_VALUE_TYPE_KEYWORD` of temporal.api.enums.v1. */
const keyword = 2

/**
 * Starts a Temporal that skips waiting times while a result is awaited. End it with `teardown()`: it outlives the process. It cannot be
 * shared: it has one clock.
 */
export async function startTimeSkipping(): Promise<TestWorkflowEnvironment> {
  quiet()
  const environment = await TestWorkflowEnvironment.createTimeSkipping({
    server: { executable: { type: 'existing-path', path: pathOf(TEMPORAL_TEST_SERVER) } },
  })
  // This server cannot list what it has; it begins without any, and a child with an unknown one never starts.
  const wanted = Object.fromEntries(Object.values(searchAttributeNames).map((name) => [name, keyword]))
  const namespace = environment.namespace ?? 'default'
  try {
    await environment.connection.operatorService.addSearchAttributes({ namespace, searchAttributes: wanted })
  } catch (error) {
    await environment.teardown()
    throw error
  }
  return environment
}

/** Starts the real server, in memory, which takes less than a second. End it with `teardown()`. */
export async function startTemporal(): Promise<TestWorkflowEnvironment> {
  quiet()
  const searchAttributes = Object.values(searchAttributeNames).map((name) =>
    defineSearchAttributeKey(name, 'KEYWORD'),
  )
  return TestWorkflowEnvironment.createLocal({
    server: {
      executable: { type: 'existing-path', path: pathOf(TEMPORAL) },
      ip: '127.0.0.1',
      searchAttributes,
    },
  })
}

function pathOf(program: TemporalProgram): string {
  const path = findProgram(program, process.env)
  if (path === undefined) throw new Error(`${program.program} is not here; run "npm run setup"`)
  return path
}

let isQuiet = false

/** Failing activities are what many tests are about; Temporal's log of them is not. A process installs this once. */
export function quiet(): void {
  if (isQuiet) return
  isQuiet = true
  Runtime.install({
    logger: new DefaultLogger('ERROR'),
    telemetryOptions: {
      logging: { filter: makeTelemetryFilterString({ core: 'ERROR', other: 'ERROR' }) },
    },
  })
}
