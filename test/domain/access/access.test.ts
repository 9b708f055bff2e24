import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  holderNamed,
  isPermission,
  mayWith,
  roleOf,
  type Permission,
} from '../../../src/domain/access/access.ts'
import type { Configuration } from '../../../src/domain/configuration/configuration.ts'
import type { User } from '../../../src/domain/configuration/people.ts'

const user = (name: string, role: User['role']): User => ({ name, title: name, role, contacts: [] })
const configuration: Pick<Configuration, 'users' | 'integrations'> = {
  users: { ana: user('ana', 'responder'), vic: user('vic', 'viewer'), root: user('root', 'admin') },
  integrations: { senders: { alertmanager: { name: 'alertmanager', title: 'Alertmanager' } } },
}

describe('N08 what a role may do', () => {
  it.each<[Permission, readonly string[]]>([
    ['read', ['viewer', 'responder', 'admin']],
    ['respond', ['responder', 'admin']],
    ['stop-automation', ['responder', 'admin']],
    ['administer', ['admin']],
    ['send-alerts', ['responder', 'admin', 'sender']],
  ])('%s: %s', (permission, roles) => {
    const all = ['viewer', 'responder', 'admin', 'sender'] as const
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
    ['operator', 'ops', 'admin'],
    ['person', 'alertmanager', undefined],
    ['sender', 'ana', undefined],
    ['operator', 'ana', undefined],
    ['person', 'constructor', undefined],
    ['sender', '__proto__', undefined],
  ] as const)('%s %s is %s', (kind, name, role) => {
    expect(roleOf({ kind, name }, configuration, 'ops')).toBe(role)
  })

  it('is nobody, whoever it names, once they are taken out', () => {
    const kinds = fc.constantFrom('person' as const, 'sender' as const, 'operator' as const)
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
    for (const name of ['mallory', 'constructor', '__proto__'])
      expect(holderNamed(name, configuration)).toBeUndefined()
  })
})
