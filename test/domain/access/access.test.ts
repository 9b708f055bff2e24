import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type AccessConfiguration,
  holderNamed,
  isPermission,
  mayWith,
  roleOf,
  type Permission,
} from '../../../src/domain/access/access.ts'
import { monitor } from '../alert/heartbeat-story.ts'
import type { User } from '../../../src/domain/configuration/people.ts'

const user = (name: string, role: User['role']): User => ({ name, title: name, role, contacts: [] })
const configuration: AccessConfiguration = {
  users: { ana: user('ana', 'responder'), vic: user('vic', 'viewer'), root: user('root', 'admin') },
  integrations: { senders: { alertmanager: { name: 'alertmanager', title: 'Alertmanager' } } },
  heartbeats: { backup: monitor({ name: 'backup' }) },
}

describe('N08 what a role may do', () => {
  it.each<[Permission, readonly string[]]>([
    ['read', ['viewer', 'responder', 'admin']],
    ['respond', ['responder', 'admin']],
    ['stop-automation', ['responder', 'admin']],
    ['administer', ['admin']],
    ['send-alerts', ['responder', 'admin', 'sender']],
    ['send-heartbeat', ['responder', 'admin', 'heartbeat']],
  ])('%s: %s', (permission, roles) => {
    const all = ['viewer', 'responder', 'admin', 'sender', 'heartbeat'] as const
    expect(all.filter((role) => mayWith(role, permission))).toEqual(roles)
  })

  it('takes no word of an object for a permission', () => {
    expect(['read', 'constructor', '__proto__', 'toString', ''].map(isPermission)).toEqual([
      true,
      false,
      false,
      false,
      false,
    ])
  })
})

describe('N08 whom a credential stands for', () => {
  it.each([
    ['person', 'ana', 'responder'],
    ['person', 'root', 'admin'],
    ['sender', 'alertmanager', 'sender'],
    ['heartbeat', 'backup', 'heartbeat'],
    ['operator', 'ops', 'admin'],
    ['person', 'alertmanager', undefined],
    ['sender', 'ana', undefined],
    ['sender', 'backup', undefined],
    ['heartbeat', 'alertmanager', undefined],
    ['heartbeat', 'constructor', undefined],
    ['operator', 'ana', undefined],
    ['person', 'constructor', undefined],
    ['sender', '__proto__', undefined],
  ] as const)('%s %s is %s', (kind, name, role) => {
    expect(roleOf({ kind, name }, configuration, 'ops')).toBe(role)
  })

  it('is nobody, whoever it names, once they are taken out', () => {
    const kinds = fc.constantFrom(
      'person' as const,
      'sender' as const,
      'operator' as const,
      'heartbeat' as const,
    )
    const names = fc.oneof(fc.constantFrom('ana', 'root', 'alertmanager', 'ops'), fc.string())
    fc.assert(
      fc.property(kinds, names, (kind, name) => {
        expect(roleOf({ kind, name }, { users: {} }, undefined)).toBeUndefined()
      }),
    )
  })

  it('is found by name', () => {
    expect(holderNamed('ana', configuration)).toEqual({ kind: 'person', name: 'ana' })
    expect(holderNamed('alertmanager', configuration)).toEqual({ kind: 'sender', name: 'alertmanager' })
    expect(holderNamed('backup', configuration)).toEqual({ kind: 'heartbeat', name: 'backup' })
    for (const name of ['mallory', 'constructor', '__proto__'])
      expect(holderNamed(name, configuration)).toBeUndefined()
  })
})
