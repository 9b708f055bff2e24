import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type GuardSwitch,
  scopeOf,
  scopeWords,
  stopsOneRung,
  switchesFor,
  switchesOn,
  switchKinds,
  switchWords,
} from '../../../src/domain/remediate/kill-switch.ts'

const attempt = { incident: 42, action: 'restart', target: 'feed-1', services: ['shop', 'feed'] }
const thrown = (scope: string): GuardSwitch => ({
  scope,
  stoppedBy: 'ann',
  reason: 'we migrate',
  stoppedAt: '2026-03-01T03:04:05.000Z',
})

describe('N12 a kill switch', () => {
  it.each([
    ['everything', true],
    ['incident/INC-42', true],
    ['incident/INC-4', false],
    ['incident/INC-421', false],
    ['service/shop', true],
    ['service/feed', true],
    ['service/fee', false],
    ['action/restart', true],
    ['action/restart-all', false],
    ['target/feed-1', true],
    ['target/feed-11', false],
    ['target/restart', false],
    ['action/feed-1', false],
  ])('for %s stops a restart of feed-1 in INC-42: %s', (scope, stops) => {
    expect(switchesFor(attempt, [thrown(scope)]).length > 0).toBe(stops)
  })

  it('is named with every other one that stops the same, the widest first', () => {
    const switches = ['target/feed-1', 'service/other', 'everything', 'action/restart'].map(thrown)
    expect(switchesFor(attempt, switches).map(({ scope }) => scope)).toEqual([
      'everything',
      'action/restart',
      'target/feed-1',
    ])
    expect(switchesOn({ number: 42, service: 'shop' }, switches).map(({ scope }) => scope)).toEqual([
      'everything',
    ])
  })

  it('leaves the next rung free only when it is about an action or a target', () => {
    const free = ['everything', 'incident/INC-42', 'service/feed', 'action/restart', 'target/feed-1'].filter(
      (scope) => stopsOneRung(thrown(scope)),
    )
    expect(free).toEqual(['action/restart', 'target/feed-1'])
  })

  it('says which it is, by whom, since when and why', () => {
    expect(switchWords(thrown('target/feed-1'))).toBe(
      'ann stopped automation for target feed-1: we migrate (since Sun 1 Mar 03:04 UTC)',
    )
    expect(['everything', 'incident/INC-42', 'service/a'].map(scopeWords)).toEqual([
      'everything',
      'INC-42',
      'service a',
    ])
  })

  it('means what its name says, and one attempt is never taken for another', () => {
    const names = fc.stringMatching(/^[A-Za-z][A-Za-z0-9_-]{0,10}$/)
    const kinds = fc.constantFrom(...switchKinds.filter((kind) => kind !== 'incident'))
    fc.assert(
      fc.property(kinds, names, names, (kind, name, other) => {
        const one = { ...attempt, services: [other], action: other, target: other }
        const own = { ...one, ...(kind === 'service' ? { services: [name] } : { [kind]: name }) }
        const scope = scopeOf(kind, name) ?? ''
        expect(switchesFor(own, [thrown(scope)])).toHaveLength(1)
        expect(switchesFor(one, [thrown(scope)])).toHaveLength(name === other ? 1 : 0)
      }),
    )
  })

  it.each([
    ['INC-42', 'incident/INC-42'],
    ['42', 'incident/INC-42'],
    ['inc-42', 'incident/INC-42'],
    ['INC-x', undefined],
    ['', undefined],
  ])('of an incident called %j is %s', (name, scope) => {
    expect(scopeOf('incident', name)).toBe(scope)
  })
})
