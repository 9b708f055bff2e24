import { integrationOf } from '../domain/alert/alert.ts'
import type { Configuration } from '../domain/configuration/configuration.ts'
import { own } from '../domain/values/own.ts'
import { createQuota, type QuotaDependencies, type WithinQuota } from '../intake/quota.ts'

/** Keeps senders within the limits that are configured now. */
export function senderQuota(
  running: () => Pick<Configuration, 'integrations'>,
  log: QuotaDependencies['log'],
): WithinQuota {
  return createQuota({
    alertsPerMinute: (source) => {
      const name = integrationOf(source)
      return name === undefined
        ? undefined
        : own(running().integrations?.senders ?? {}, name)?.limit?.alertsPerMinute
    },
    log,
    clock: () => performance.now(),
  })
}
