import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  everything,
  incidentScope,
  readScope,
  scopeOf,
  scopeWords,
  stopsOneRung,
  switchesFor,
  switchesOn,
  switchKinds,
  switchWords,
  type SwitchScope,
  writeScope,
} from '../../../src/domain/remediate/kill-switch.ts'
import { thrown } from '../../support/kill-switch.ts'

const attempt = { incident: 42, action: 'restart', target: 'feed-1', services: ['shop', 'feed'] }

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
    const switches = ['target/feed-1', 'service/other', 'everything', 'action/restart'].map((one) =>
      thrown(one),
    )
    expect(switchesFor(attempt, switches).map((one) => writeScope(one.scope))).toEqual([
      'everything',
      'action/restart',
      'target/feed-1',
    ])
    expect(switchesOn({ number: 42, service: 'shop' }, switches).map((one) => writeScope(one.scope))).toEqual(
      ['everything'],
    )
  })

  it('leaves the next rung free only when it is about an action or a target', () => {
    const all = ['everything', 'incident/INC-42', 'service/feed', 'action/restart', 'target/feed-1']
    expect(all.filter((one) => stopsOneRung(thrown(one)))).toEqual(['action/restart', 'target/feed-1'])
    expect(stopsOneRung({ ...thrown('everything'), scope: { kind: 'service', name: 'target/x' } })).toBe(
      false,
    )
  })

  it('says which it is, by whom, since when and why', () => {
    expect(switchWords(thrown('target/feed-1'))).toBe(
      'ann stopped automation for target feed-1: we migrate (since Sun 1 Mar 03:00 UTC)',
    )
    const named = (name: string) => ({ kind: 'service', name }) as const
    const scopes: SwitchScope[] = [
      everything,
      incidentScope(42),
      named('a'),
      named('a/b c'),
      named('incident/x'),
    ]
    expect(scopes.map(scopeWords)).toEqual([
      'everything',
      'INC-42',
      'service a',
      'service a/b c',
      'service incident/x',
    ])
  })

  it('means what its name says, and one attempt is never taken for another', () => {
    const names = fc.oneof(
      fc.constantFrom('a/b', 'a', 'target/x', 'everything', ' '),
      fc.string({ minLength: 1 }),
    )
    const kinds = fc.constantFrom(...switchKinds.filter((kind) => kind !== 'incident'))
    fc.assert(
      fc.property(kinds, names, names, (kind, name, other) => {
        const one = { ...attempt, services: [other], action: other, target: other }
        const own = { ...one, ...(kind === 'service' ? { services: [name] } : { [kind]: name }) }
        const stop = { ...thrown('everything'), scope: { kind, name } }
        expect(switchesFor(own, [stop])).toHaveLength(1)
        expect(switchesFor(one, [stop])).toHaveLength(name === other ? 1 : 0)
        expect(readScope(writeScope(stop.scope))).toEqual(stop.scope)
      }),
    )
  })

  it.each<[string, SwitchScope | undefined]>([
    ['everything', everything],
    ['service/a/b', { kind: 'service', name: 'a/b' }],
    ['service/target/x', { kind: 'service', name: 'target/x' }],
    ['target/feed 1 ', { kind: 'target', name: 'feed 1 ' }],
    ['incident/INC-42', incidentScope(42)],
    ['service/everything', { kind: 'service', name: 'everything' }],
    ['everything/feed', undefined],
    ['service/', undefined],
    ['service', undefined],
    ['team/feed', undefined],
    ['', undefined],
  ])('that is written %j is read as %j', (written, read) => {
    expect(readScope(written)).toEqual(read)
    if (read !== undefined) expect(writeScope(read)).toBe(written)
  })

  it.each([
    ['INC-42', incidentScope(42)],
    ['42', incidentScope(42)],
    ['inc-42', incidentScope(42)],
    ['INC-x', undefined],
    ['', undefined],
  ])('of an incident called %j is %j', (name, scope) => {
    expect(scopeOf('incident', name)).toEqual(scope)
  })
})
