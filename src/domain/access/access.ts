import type { Configuration } from '../configuration/configuration.ts'
import type { Role } from '../configuration/people.ts'

/** What people are called by in the configuration, and what an integration is that hands in alerts. */
export type AccessRole = Role | 'sender'

/** Who may do what. A route names the permission that it needs, never a role; a role is a name for a set of permissions. */
const rolesWith = {
  read: ['viewer', 'responder', 'admin'],
  respond: ['responder', 'admin'],
  'stop-automation': ['responder', 'admin'],
  administer: ['admin'],
  'send-alerts': ['sender', 'responder', 'admin'],
} as const satisfies Readonly<Record<string, readonly AccessRole[]>>

export type Permission = keyof typeof rolesWith

export function isPermission(word: string): word is Permission {
  return Object.hasOwn(rolesWith, word)
}

export function mayWith(role: AccessRole, permission: Permission): boolean {
  const roles: readonly AccessRole[] = rolesWith[permission]
  return roles.includes(role)
}

/** Whom a credential names. `operator`: whoever runs `firewatch up` on this machine, while it runs. */
export interface Holder {
  readonly kind: 'person' | 'sender' | 'operator'
  readonly name: string
}

/**
 * The role of a holder as it is now; `undefined` when there is no such person or sender, so that nothing that names them counts any more.
 * @param operator name of the operator, where there is one
 */
export function roleOf(
  { kind, name }: Holder,
  { users, integrations }: Pick<Configuration, 'users' | 'integrations'>,
  operator: string | undefined,
): AccessRole | undefined {
  switch (kind) {
    case 'person':
      return Object.hasOwn(users, name) ? users[name]?.role : undefined
    case 'sender':
      return Object.hasOwn(integrations?.senders ?? {}, name) ? 'sender' : undefined
    case 'operator':
      return name === operator ? 'admin' : undefined
  }
}

/** Whom the configuration means by a name: no person and sender have the same one. */
export function holderNamed(
  name: string,
  { users, integrations }: Pick<Configuration, 'users' | 'integrations'>,
): Holder | undefined {
  if (Object.hasOwn(users, name)) return { kind: 'person', name }
  return Object.hasOwn(integrations?.senders ?? {}, name) ? { kind: 'sender', name } : undefined
}
