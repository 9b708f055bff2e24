import type { Configuration } from '../configuration/configuration.ts'
import type { Role } from '../configuration/people.ts'

/** What people are called by in the configuration, what an integration is that hands in alerts, and what a job is that beats. */
export type AccessRole = Role | 'sender' | 'heartbeat'

/** Who may do what. A route names the permission that it needs, never a role; a role is a name for a set of permissions. */
const rolesWith = {
  read: ['viewer', 'responder', 'admin'],
  respond: ['responder', 'admin'],
  'stop-automation': ['responder', 'admin'],
  administer: ['admin'],
  'send-alerts': ['sender', 'responder', 'admin'],
  'send-heartbeat': ['heartbeat', 'responder', 'admin'],
} as const satisfies Readonly<Record<string, readonly AccessRole[]>>

export type Permission = keyof typeof rolesWith

export function isPermission(word: string): word is Permission {
  return Object.hasOwn(rolesWith, word)
}

export function mayWith(role: AccessRole, permission: Permission): boolean {
  const roles: readonly AccessRole[] = rolesWith[permission]
  return roles.includes(role)
}

/** Whom a credential names. `operator`: whoever runs `firewatch up` on this machine, while it runs; `heartbeat`: a job that may beat for itself. */
export interface Holder {
  readonly kind: 'person' | 'sender' | 'operator' | 'heartbeat'
  readonly name: string
}

/** Where whoever may hold a credential stands. */
export type AccessConfiguration = Pick<Configuration, 'users' | 'integrations' | 'heartbeats'>

/**
 * The role of a holder as it is now; `undefined` when there is no such person, sender or heartbeat, so that nothing that names them counts any more.
 * @param operator name of the operator, where there is one
 */
export function roleOf(
  { kind, name }: Holder,
  { users, integrations, heartbeats }: AccessConfiguration,
  operator: string | undefined,
): AccessRole | undefined {
  switch (kind) {
    case 'person':
      return Object.hasOwn(users, name) ? users[name]?.role : undefined
    case 'sender':
      return Object.hasOwn(integrations?.senders ?? {}, name) ? 'sender' : undefined
    case 'heartbeat':
      return Object.hasOwn(heartbeats ?? {}, name) ? 'heartbeat' : undefined
    case 'operator':
      return name === operator ? 'admin' : undefined
  }
}

/** Whom the configuration means by a name: no two of them have the same one. */
export function holderNamed(
  name: string,
  { users, integrations, heartbeats }: AccessConfiguration,
): Holder | undefined {
  if (Object.hasOwn(users, name)) return { kind: 'person', name }
  if (Object.hasOwn(integrations?.senders ?? {}, name)) return { kind: 'sender', name }
  return Object.hasOwn(heartbeats ?? {}, name) ? { kind: 'heartbeat', name } : undefined
}
