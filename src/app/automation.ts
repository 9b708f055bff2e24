import type { Configuration } from '../domain/configuration/configuration.ts'
import { parseIncidentName } from '../domain/investigate/evidence.ts'
import type { SwitchScope } from '../domain/remediate/kill-switch.ts'
import { CommandRefused } from '../postgres/command-refused.ts'
import type { Automation } from '../web/automation.ts'
import type { Records } from './records.ts'

/** Throws and lifts kill switches. That of one incident is a command to the incident, too. */
export function createAutomation(
  { guards, commands }: Pick<Records, 'guards' | 'commands'>,
  running: () => Pick<Configuration, 'services' | 'targets'>,
  newId: () => string,
): Automation {
  /** The switch holds whatever the incident says: one that is over has nothing to say any more. */
  async function tell(
    verb: 'stopAutomation' | 'resumeAutomation',
    scope: SwitchScope,
    said: { readonly actor: string; readonly at: string; readonly reason: string },
  ): Promise<void> {
    const incident = scope.kind === 'incident' ? parseIncidentName(scope.name) : undefined
    if (incident === undefined) return
    await commands[verb]({ incident, commandId: newId(), ...said }).catch((error: unknown) => {
      if (!(error instanceof CommandRefused)) throw error
    })
  }

  return {
    names: async () => namesIn(running()),
    switches: () => guards.switches(),
    async stop(thrown) {
      const { scope, stoppedBy: actor, stoppedAt: at, reason } = thrown
      const isNew = await guards.stop(thrown)
      if (isNew) await tell('stopAutomation', scope, { actor, at, reason })
      return isNew
    },
    async resume({ scope, by: actor, at, reason }) {
      const wasThrown = await guards.resume(scope)
      if (wasThrown) await tell('resumeAutomation', scope, { actor, at, reason })
      return wasThrown
    },
  }
}

function namesIn({ services, targets }: Pick<Configuration, 'services' | 'targets'>) {
  return {
    service: Object.keys(services),
    action: [...new Set(Object.values(targets).flatMap(({ actions }) => Object.keys(actions)))],
    target: Object.keys(targets),
  }
}
