import type { Severity } from '../values/severity.ts'
import type { Labels } from '../alert/alert.ts'
import type { Verdict } from '../check/verdict.ts'
import { policyOf } from '../incident/plan.ts'
import type { ScheduleChange } from '../on-call/changes.ts'
import { type CheckChange, checkChanges } from './check-plan.ts'
import type { Configuration } from './configuration.ts'
import {
  type FirstPagedChange,
  firstPagedChanges,
  type NowChange,
  nowChanges,
  type ShiftChanges,
  shiftChanges,
} from './on-call-plan.ts'
import { asWritten } from './as-written.ts'
import { type FieldChange, fieldChanges, type NamedChange, namedChanges } from './field-changes.ts'

/** What is under way in the running Firewatch and may be touched by another configuration. */
export interface Standing {
  readonly changes: readonly ScheduleChange[]
  /** Open incidents. */
  readonly incidents: readonly StandingIncident[]
  /** Pages that have not come to their end. */
  readonly pages: readonly { readonly incident: number; readonly person: string }[]
  /** How many credentials of a kind name a person or sender. */
  readonly credentials: readonly { readonly name: string; readonly kind: string; readonly count: number }[]
}

export interface StandingIncident {
  readonly incident: number
  readonly title: string
  readonly severity: Severity
  readonly labels: Labels
  readonly owner: string | null
  /** The policy that it goes by; it keeps it, whatever the configuration says. */
  readonly policy: string
}

/** What another configuration changes. Instants are epoch milliseconds. */
export interface ConfigurationPlan {
  readonly from: string
  readonly to: string
  /** Of the new configuration. */
  readonly timeZone: string
  /** Who goes on or off call at once. */
  readonly now: readonly NowChange[]
  /** Whom policies page first at once, where that is somebody else. */
  readonly firstPaged: readonly FirstPagedChange[]
  readonly people: readonly PersonChange[]
  readonly senders: readonly PersonChange[]
  readonly policies: readonly NamedChange[]
  readonly routes: readonly FieldChange[]
  /** Open incidents that would go by another policy, or by theirs as it is edited, if they began now. They keep the one they have. */
  readonly incidents: readonly (StandingIncident & { readonly wouldBe: string })[]
  readonly checks: readonly CheckChange[]
  /** Everything else that has a name, by the section of `firewatch.yaml`. */
  readonly sections: Readonly<Record<string, readonly NamedChange[]>>
  readonly runbooks: readonly NamedChange[]
  readonly integrations: readonly NamedChange[]
  /** What stands at the top of the file. */
  readonly settings: readonly FieldChange[]
  /** Coming shifts that change hands, each schedule for a year; what changes at once is there too. */
  readonly shifts: readonly ShiftChanges[]
}

export interface PersonChange extends NamedChange {
  /** What ends for somebody who is removed. */
  readonly ends: {
    readonly credentials: readonly { readonly kind: string; readonly count: number }[]
    /** Open incidents that they have acknowledged. */
    readonly owns: readonly number[]
    /** Incidents with pages to them that are on their way. They still go out. */
    readonly pages: readonly number[]
  }
}

/** @param newest verdicts of the newest bucket of checks that judge otherwise, as many as are known */
export function planConfiguration(
  before: Configuration,
  after: Configuration,
  standing: Standing,
  newest: ReadonlyMap<string, readonly Verdict[]>,
  now: number,
): ConfigurationPlan {
  const [old, edited] = [asWritten(before), asWritten(after)]
  const policies = namedChanges(old.policies, edited.policies)
  return {
    from: before.revision,
    to: after.revision,
    timeZone: after.timeZone,
    now: nowChanges(before, after, standing.changes, now),
    firstPaged: firstPagedChanges(before, after, standing.changes, now),
    people: namedChanges(old.users, edited.users).map((one) => personChange(one, standing)),
    senders: namedChanges(old.senders, edited.senders).map((one) => personChange(one, standing)),
    policies,
    routes: fieldChanges({ routes: old.routes }, { routes: edited.routes }),
    incidents: incidentsUnderOldPolicies(after, standing, policies),
    checks: checkChanges(before, after, namedChanges(old.checks, edited.checks), newest),
    sections: Object.fromEntries(
      Object.entries(edited.sections).map(([section, all]) => [
        section,
        namedChanges(old.sections[section] ?? {}, all),
      ]),
    ),
    runbooks: namedChanges(old.runbooks, edited.runbooks),
    integrations: namedChanges(old.integrations, edited.integrations),
    settings: fieldChanges(old.settings, edited.settings),
    shifts: shiftChanges(before, after, standing.changes, now),
  }
}

function incidentsUnderOldPolicies(
  after: Configuration,
  { incidents }: Standing,
  policies: readonly NamedChange[],
): ConfigurationPlan['incidents'] {
  const edited = new Set(policies.map(({ name }) => name))
  return incidents.flatMap((one) => {
    const wouldBe = policyOf(after, one, one.severity).name
    return wouldBe === one.policy && !edited.has(one.policy) ? [] : [{ ...one, wouldBe }]
  })
}

function personChange(change: NamedChange, { credentials, incidents, pages }: Standing): PersonChange {
  const isGone = change.change === 'removed'
  const { name } = change
  return {
    ...change,
    ends: {
      credentials: isGone
        ? credentials.filter((one) => one.name === name).map(({ kind, count }) => ({ kind, count }))
        : [],
      owns: isGone ? incidents.filter(({ owner }) => owner === name).map(({ incident }) => incident) : [],
      pages: isGone
        ? [...new Set(pages.filter(({ person }) => person === name).map(({ incident }) => incident))]
        : [],
    },
  }
}
