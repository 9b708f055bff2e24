import type { Labels } from '../../src/domain/alert/alert.ts'
import { groupingKeyOf } from '../../src/domain/alert/alert.ts'
import type { PageMessage, SendOutcome } from '../../src/domain/page/page.ts'
import type { IncidentRules } from './incident-configuration.ts'
import { createRemediationWorld, type RemediationWorld } from './remediation.ts'

/** What an incident meets outside of Firewatch. */
export interface IncidentWorld {
  readonly number: number
  /** What is configured now; the incident began with what they were then. */
  rules: IncidentRules
  readonly remediation: RemediationWorld
  /** Ids of pages whose send began, and of those that a provider took. */
  readonly begun: string[]
  readonly sent: string[]
  readonly messages: PageMessage[]
  /** How providers answer. */
  outcome: (message: PageMessage, id: string) => SendOutcome | Promise<SendOutcome>
  /** Stages that evidence was asked for. */
  readonly evidence: string[]
  onEvidence: () => Promise<void>
  /** Incidents whose review was drafted. */
  readonly reviews: number[]
  send(message: PageMessage): Promise<SendOutcome>
  collectEvidence(input: { stage: string }): Promise<object>
  draftReview(input: { incident: number }): Promise<object>
  /** A promise that a test resolves; all that are open are resolved by `release`. */
  gate(): Gate
  release(): void
}

export interface Gate {
  readonly passed: Promise<void>
  open(): void
}

export function createIncidentWorld(number: number, rules: IncidentRules): IncidentWorld {
  const gates: Gate[] = []
  const world: IncidentWorld = {
    number,
    rules,
    remediation: createRemediationWorld(),
    begun: [],
    sent: [],
    messages: [],
    outcome: () => ({ kind: 'sent' }),
    evidence: [],
    onEvidence: () => Promise.resolve(),
    reviews: [],
    async send(message) {
      const id = message.idempotencyKey.slice(message.idempotencyKey.indexOf('/') + 1)
      world.begun.push(id)
      world.messages.push(message)
      const outcome = await world.outcome(message, id)
      if (outcome.kind === 'sent') world.sent.push(id)
      return outcome
    },
    async collectEvidence({ stage }) {
      world.evidence.push(stage)
      await world.onEvidence()
      return { findings: [] }
    },
    async draftReview({ incident }) {
      world.reviews.push(incident)
      return { file: `INC-${incident}.md`, passed: 1, checks: 1 }
    },
    gate() {
      let open = () => {}
      const passed = new Promise<void>((resolve) => (open = resolve))
      const gate = { passed, open }
      gates.push(gate)
      return gate
    },
    release: () => gates.forEach((gate) => gate.open()),
  }
  return world
}

/** Every world's alerts meet in incidents of their own. */
export function keyOf({ number }: Pick<IncidentWorld, 'number'>): { groupingKey: string; labels: Labels } {
  const labels = {
    service: 'feed',
    alertname: `likes-${number}`,
    check: 'likes',
    metric: 'likes',
    slice: 'os',
  }
  return { labels, groupingKey: groupingKeyOf(labels) }
}

/** The target that the ladder of a world's runbook acts on. */
export function targetOf(number: number): string {
  return `feed-${number}`
}
