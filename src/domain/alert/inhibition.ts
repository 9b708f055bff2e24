import { own } from '../values/own.ts'
import { type AcceptedAlert, alertIdentity, type Labels } from './alert.ts'
import { type Matcher, matchesAll } from './matcher.ts'

/**
 * While an alert fires that matches `source`, those that match `target` page nobody, where both have the same values of the labels in `equal`.
 * Source: https://prometheus.io/docs/alerting/latest/configuration/#inhibition-related-settings
 */
export interface InhibitionRule {
  readonly source: readonly Matcher[]
  readonly target: readonly Matcher[]
  /** A label that is absent counts as empty. */
  readonly equal: readonly string[]
}

/** As much of an alert as inhibition looks at. */
export type InhibitionAlert = Pick<AcceptedAlert, 'source' | 'fingerprint' | 'labels'>

/** An alert that inhibits another, and by which rule. */
export interface Inhibitor<A extends InhibitionAlert = InhibitionAlert> {
  readonly alert: A
  readonly rule: InhibitionRule
}

export interface Inhibition<A extends InhibitionAlert = InhibitionAlert> {
  /** All that inhibit the alert, rule by rule in the order of firing; empty: nothing does. */
  readonly by: (target: InhibitionAlert) => readonly Inhibitor<A>[]
}

/** Sources of a rule with the same values of its `equal` labels. */
interface Bucket<A extends InhibitionAlert> {
  readonly identities: Set<string>
  readonly all: Inhibitor<A>[]
  /** Those that do not match the target's side as well. */
  readonly oneSided: Inhibitor<A>[]
}

/**
 * What is inhibited by what, as in Alertmanager: a target that matches both sides of a rule is not inhibited by a source that does so too, so that
 * such alerts do not hide each other. Unlike there, every source with the same `equal` labels counts, not one of them (alertmanager#5162). No alert
 * inhibits itself. Silenced and inhibited alerts inhibit others.
 *
 * Time and memory are linear in `firing`; a target costs one look-up per rule, however many sources there are.
 * @param firing those that fire now; what is over is the caller's to leave out
 */
export function createInhibition<A extends InhibitionAlert>(
  rules: readonly InhibitionRule[],
  firing: Iterable<A>,
): Inhibition<A> {
  const alerts = [...firing]
  const indexed = rules.map((rule) => ({ rule, buckets: bucketsOf(rule, alerts) }))
  return {
    by: (target) => {
      const found = indexed.map(({ rule, buckets }) => inhibitorsIn(buckets, rule, target))
      const [first = [], ...others] = found.filter((inhibitors) => inhibitors.length > 0)
      return others.length === 0 ? first : [first, ...others].flat()
    },
  }
}

/** Whether the alert may inhibit another one; what is no source can come and go without a look at inhibition. */
export function isPossibleSource(labels: Labels, rules: readonly InhibitionRule[]): boolean {
  return rules.some(({ source }) => matchesAll(source, labels))
}

function bucketsOf<A extends InhibitionAlert>(
  rule: InhibitionRule,
  alerts: readonly A[],
): ReadonlyMap<string, Bucket<A>> {
  const buckets = new Map<string, Bucket<A>>()
  for (const alert of alerts) {
    if (!matchesAll(rule.source, alert.labels)) continue
    const key = equalKey(rule, alert.labels)
    const bucket = buckets.get(key) ?? { identities: new Set(), all: [], oneSided: [] }
    const inhibitor = { alert, rule }
    bucket.identities.add(alertIdentity(alert))
    bucket.all.push(inhibitor)
    if (!matchesAll(rule.target, alert.labels)) bucket.oneSided.push(inhibitor)
    buckets.set(key, bucket)
  }
  return buckets
}

function inhibitorsIn<A extends InhibitionAlert>(
  buckets: ReadonlyMap<string, Bucket<A>>,
  rule: InhibitionRule,
  target: InhibitionAlert,
): readonly Inhibitor<A>[] {
  if (buckets.size === 0 || !matchesAll(rule.target, target.labels)) return []
  const bucket = buckets.get(equalKey(rule, target.labels))
  if (bucket === undefined) return []
  const inhibitors = matchesAll(rule.source, target.labels) ? bucket.oneSided : bucket.all
  const identity = alertIdentity(target)
  // Only where a source kept its identity and changed its labels.
  if (!bucket.identities.has(identity)) return inhibitors
  return inhibitors.filter(({ alert }) => alertIdentity(alert) !== identity)
}

function equalKey({ equal }: InhibitionRule, labels: Labels): string {
  return JSON.stringify(equal.map((name) => own(labels, name) ?? ''))
}
