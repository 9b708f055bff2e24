import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fingerprintOf, type Labels } from '../../../src/domain/alert/alert.ts'
import {
  createInhibition,
  type InhibitionAlert,
  type InhibitionRule,
  isPossibleSource,
} from '../../../src/domain/alert/inhibition.ts'
import { type Matcher, matchesAll, matchOperators } from '../../../src/domain/alert/matcher.ts'

const is = (name: string, value: string): Matcher => ({ name, operator: '=', value })

function alert(labels: Labels, source = 'integration/a'): InhibitionAlert {
  return { source, fingerprint: fingerprintOf(labels), labels }
}

const critical = [is('severity', 'critical')]
const warning = [is('severity', 'warning')]
const byCluster: InhibitionRule = { source: critical, target: warning, equal: ['cluster'] }

describe('inhibition', () => {
  it('names every source with its rule, rule by rule', () => {
    const everywhere: InhibitionRule = { source: [is('alertname', 'Down')], target: warning, equal: [] }
    const one = alert({ severity: 'critical', cluster: 'a', alertname: 'Down' })
    const two = alert({ severity: 'critical', cluster: 'a' })
    const other = alert({ severity: 'critical', cluster: 'b' })
    const inhibition = createInhibition([byCluster, everywhere], [one, other, two])
    expect(inhibition.by(alert({ severity: 'warning', cluster: 'a' }))).toEqual([
      { alert: one, rule: byCluster },
      { alert: two, rule: byCluster },
      { alert: one, rule: everywhere },
    ])
  })

  it('reaches over senders', () => {
    const source = alert({ severity: 'critical' }, 'integration/b')
    const target = alert({ severity: 'warning' }, 'integration/a')
    expect(createInhibition([byCluster], [source]).by(target)).toHaveLength(1)
  })

  it('never takes an alert for its own source, also where it had other labels', () => {
    const before = { ...alert({ severity: 'critical' }), fingerprint: 'key' }
    const now = { ...alert({ severity: 'warning' }), fingerprint: 'key' }
    expect(createInhibition([byCluster], [before]).by(now)).toEqual([])
    const beside = alert({ severity: 'critical' })
    expect(createInhibition([byCluster], [before, beside]).by(now)).toEqual([
      { alert: beside, rule: byCluster },
    ])
    expect(createInhibition([byCluster], [before]).by({ ...now, source: 'integration/b' })).toHaveLength(1)
  })

  it('takes no name that every object has for a label', () => {
    const rule = { ...byCluster, equal: ['constructor'] }
    const source = alert({ severity: 'critical', constructor: '' })
    expect(createInhibition([rule], [source]).by(alert({ severity: 'warning' }))).toHaveLength(1)
  })

  it('tells values apart, however they meet', () => {
    const rule = { ...byCluster, equal: ['a', 'b'] }
    const source = alert({ severity: 'critical', a: 'x,y', b: '' })
    expect(createInhibition([rule], [source]).by(alert({ severity: 'warning', a: 'x', b: 'y,' }))).toEqual([])
  })

  it('looks at no source again for a target', () => {
    let looks = 0
    const counted = (labels: Labels): Labels =>
      new Proxy(labels, {
        getOwnPropertyDescriptor: (target, name) => {
          looks += 1
          return Reflect.getOwnPropertyDescriptor(target, name)
        },
      })
    const sources = Array.from({ length: 100 }, (_, at) => {
      const source = alert({ severity: 'critical', instance: `${at}` })
      return { ...source, labels: counted(source.labels) }
    })
    const inhibition = createInhibition([byCluster], sources)
    looks = 0
    const found = Array.from({ length: 50 }, (_, at) =>
      inhibition.by(alert({ severity: 'warning', instance: `${at}` })),
    )
    expect(looks).toBe(0)
    expect(found[0]).toHaveLength(100)
    // One list for all of them.
    expect(new Set(found).size).toBe(1)
  })

  it('answers as Alertmanager defines it, for any rules and alerts', () => {
    fc.assert(
      fc.property(
        fc.array(rules, { maxLength: 3 }),
        fc.array(alerts, { maxLength: 8 }),
        alerts,
        (all, firing, target) => {
          const found = createInhibition(all, firing).by(target)
          expect(found).toEqual(naive(all, firing, target))
          for (const { alert: source } of found) expect(isPossibleSource(source.labels, all)).toBe(true)
        },
      ),
      { numRuns: 2_000 },
    )
  })
})

describe('a possible source', () => {
  it('matches the source side of any rule', () => {
    expect(isPossibleSource({ severity: 'critical' }, [byCluster])).toBe(true)
    expect(isPossibleSource({ severity: 'warning' }, [byCluster])).toBe(false)
    expect(isPossibleSource({ severity: 'critical' }, [])).toBe(false)
  })
})

const names = fc.constantFrom('s', 't', 'e')
const values = fc.constantFrom('', '1', '2')
const matchers: fc.Arbitrary<Matcher> = fc.record({
  name: names,
  operator: fc.constantFrom(...matchOperators),
  value: values,
})
const sides = fc.array(matchers, { minLength: 1, maxLength: 2 })
const rules: fc.Arbitrary<InhibitionRule> = fc.record({
  source: sides,
  target: sides,
  equal: fc.array(names, { maxLength: 2 }),
})
const alerts = fc
  .tuple(fc.dictionary(names, values), fc.constantFrom('integration/a', 'integration/b'))
  .map(([labels, source]) => alert(labels, source))

/** Every rule and every source for itself. Source: prometheus/alertmanager, inhibit/inhibit.go. */
function naive(all: readonly InhibitionRule[], firing: readonly InhibitionAlert[], target: InhibitionAlert) {
  return all.flatMap((rule) => {
    if (!matchesAll(rule.target, target.labels)) return []
    const isTwoSided = matchesAll(rule.source, target.labels)
    return firing
      .filter(
        (source) =>
          matchesAll(rule.source, source.labels) &&
          rule.equal.every((name) => (source.labels[name] ?? '') === (target.labels[name] ?? '')) &&
          !(isTwoSided && matchesAll(rule.target, source.labels)) &&
          (source.source !== target.source || source.fingerprint !== target.fingerprint),
      )
      .map((source) => ({ alert: source, rule }))
  })
}
