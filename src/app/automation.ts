import type { Configuration } from '../domain/configuration.ts'
import { parseIncidentName } from '../domain/evidence.ts'
import type { Automation } from '../web/automation.ts'
import type { Records } from './records.ts'

/** Throws and lifts kill switches. That of one incident stands in its timeline too. */
export function createAutomation(
  { guards, timeline }: Pick<Records, 'guards' | 'timeline'>,
  { services, targets }: Pick<Configuration, 'services' | 'targets'>,
  newId: () => string,
): Automation {
  const names = {
    service: Object.keys(services),
    action: [...new Set(Object.values(targets).flatMap(({ actions }) => Object.keys(actions)))],
    target: Object.keys(targets),
  }

  async function tell(scope: string, at: string, actor: string, summary: string): Promise<void> {
    const incident = scope.startsWith('incident/')
      ? parseIncidentName(scope.slice('incident/'.length))
      : undefined
    if (incident === undefined) return
    await timeline.append({
      incident,
      eventKey: `switch/${newId()}`,
      at,
      kind: 'remediation',
      actor,
      summary,
    })
  }

  return {
    names: async () => names,
    switches: () => guards.switches(),
    async stop(thrown) {
      const { scope, stoppedBy, stoppedAt, reason } = thrown
      const isNew = await guards.stop(thrown)
      if (isNew) await tell(scope, stoppedAt, stoppedBy, `${stoppedBy} stopped automation: ${reason}`)
      return isNew
    },
    async resume({ scope, by, at, reason }) {
      const wasThrown = await guards.resume(scope)
      if (wasThrown) await tell(scope, at, by, `${by} let automation work again: ${reason}`)
      return wasThrown
    },
  }
}
