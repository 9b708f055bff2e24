import { type GuardSwitch, readScope, type SwitchScope } from '../../src/domain/remediate/kill-switch.ts'

/** @param written `everything`, `service/feed` */
export function scope(written: string): SwitchScope {
  const read = readScope(written)
  if (read === undefined) throw new Error(`${written} is no scope`)
  return read
}

/** A switch that ann threw. */
export function thrown(written: string, change: Partial<GuardSwitch> = {}): GuardSwitch {
  return {
    scope: scope(written),
    stoppedBy: 'ann',
    reason: 'we migrate',
    stoppedAt: '2026-03-01T03:00:00.000Z',
    ...change,
  }
}
