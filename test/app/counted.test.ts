import { expect, it } from 'vitest'
import { countedReceipt } from '../../src/app/counted.ts'
import { SenderHeldBack } from '../../src/intake/quota.ts'
import { BodyRefused } from '../../src/intake/reading.ts'
import { createServerMetrics } from '../../src/metrics/server-metrics.ts'
import { StoreBusy, StoreError } from '../../src/postgres/errors.ts'

it.each([
  ['over-limit', new SenderHeldBack('over its limit', 7)],
  ['busy', new StoreBusy('30000 wait for it already', false)],
  ['not-stored', new StoreError('retry', new Error('connect ECONNREFUSED'))],
  ['not-understood', new BodyRefused('the body', ['is no object'])],
])('a refusal is counted as %s, and told on', async (reason, error) => {
  const counted: string[] = []
  const metrics = {
    ...createServerMetrics(() => Promise.reject(new Error('nobody asks'))),
    intakeRefused: (receiver: string, why: string) => void counted.push(`${receiver} ${why}`),
  }
  await expect(countedReceipt('opsgenie', metrics, () => Promise.reject(error))).rejects.toBe(error)
  expect(counted).toEqual([`opsgenie ${reason}`])
})
