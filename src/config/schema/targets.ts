import { z } from 'zod'
import type { ActionConfiguration, RemediationTarget } from '../../domain/configuration/configuration.ts'
import { duration, named, text } from './fields.ts'
import { addressReference, secretReference } from './secret-fields.ts'

const actionSchema = z.strictObject({
  kind: z.literal('http').default('http'),
  url: addressReference,
  token: secretReference.exactOptional(),
  timeout: duration({ leastMs: 1_000 }).prefault('10s'),
  probeUrl: addressReference.exactOptional(),
  idempotent: z.boolean().exactOptional(),
})

export const targetSchema = z.strictObject({
  service: text,
  group: text.exactOptional(),
  actions: named(actionSchema).refine(
    (actions) => Object.keys(actions).length > 0,
    'needs at least one action',
  ),
})

export function toTarget(targetName: string, written: z.output<typeof targetSchema>): RemediationTarget {
  const actions = Object.entries(written.actions).map(
    ([actionName, action]) => [actionName, toAction(action)] as const,
  )
  return {
    name: targetName,
    service: written.service,
    group: written.group ?? written.service,
    actions: Object.fromEntries(actions),
  }
}

function toAction({ timeout, ...rest }: z.output<typeof actionSchema>): ActionConfiguration {
  return { ...rest, timeoutMs: timeout }
}
