import type { Contact } from '../src/domain/configuration.ts'
import {
  type CancelPagesInput,
  type EnterStepInput,
  type EnterStepResult,
  type FailPageInput,
  type FallbackInput,
  type FollowUpInput,
  followUpPages,
  nextPosition,
  outsideSteps,
  type PageInput,
  type PageRef,
  type PageResult,
  pagesFor,
  stepAt,
} from '../src/domain/escalate.ts'
import { exhaustedEntry, pageEntry, stepEntry } from '../src/domain/escalate-record.ts'
import { policyOf } from '../src/domain/plan.ts'
import { type EscalateDependencies, timestamp } from './escalate-dependencies.ts'
import { deliverPage, failPage, refOf } from './escalate-page.ts'

export type { EscalateDependencies } from './escalate-dependencies.ts'

export type EscalateActivities = ReturnType<typeof createEscalateActivities>

/** The deeds of paging: who is to be paged, sending it, and what became of it. Each may run again after a crash. */
export function createEscalateActivities(deps: EscalateDependencies) {
  return {
    queueStepPages: (input: EnterStepInput): Promise<EnterStepResult> => queueStepPages(deps, input),

    /** Pages for when the policy is exhausted; none when there is no fallback. */
    queueFallbackPages: (input: FallbackInput): Promise<readonly PageRef[]> =>
      queueFallbackPages(deps, input),

    /** Messages to those who were paged, saying that it was acknowledged or resolved. Call it once no page is being sent any more. */
    queueFollowUps: (input: FollowUpInput): Promise<readonly PageRef[]> => queueFollowUps(deps, input),

    /**
     * Sends a page unless that is done or no longer wanted.
     * @throws ApplicationFailure `PageNotSent`, to be tried again when it says; after the last try call `failPage`
     */
    deliverPage: (input: PageInput): Promise<PageResult> => deliverPage(deps, input.page),

    /** Gives a page up after the last try, for the person's next contact if there is one. */
    failPage: (input: FailPageInput): Promise<PageResult> => failPage(deps, input),

    /** Stops every page that no provider has yet. */
    cancelPages: (input: CancelPagesInput): Promise<void> => cancelPages(deps, input),
  }
}

async function queueStepPages(deps: EscalateDependencies, input: EnterStepInput): Promise<EnterStepResult> {
  const { incident, step, round } = input
  const { policy, users } = await policyAndUsers(deps, incident)
  const entered = stepAt(policy, step)
  const people = entered?.notify ?? []
  const pages = pagesFor(incident, { step, round }, people, users)
  await deps.pages.queue(pages, timestamp(deps))
  const paged = pages.map(({ person }) => person)
  const nobody = pages.length === 0
  const ackTimeoutMs = nobody ? 0 : (entered?.ackTimeoutMs ?? 0)
  const next = nextPosition(policy, { step, round })
  const following = next === null ? policy.fallback : (stepAt(policy, next.step)?.notify ?? [])
  const wait = { ackTimeoutMs, following }
  await deps.timeline.append(stepEntry(incident, { step, round }, people, paged, timestamp(deps), wait))
  return { pages: pages.map(refOf), nobody, ackTimeoutMs, next }
}

async function queueFallbackPages(
  deps: EscalateDependencies,
  { incident, round }: FallbackInput,
): Promise<PageRef[]> {
  const { policy, users } = await policyAndUsers(deps, incident)
  const pages = pagesFor(incident, { step: outsideSteps, round }, policy.fallback, users)
  await deps.pages.queue(pages, timestamp(deps))
  const paged = pages.map(({ person }) => person)
  const ended = { policy: policy.name, round }
  await deps.timeline.append(exhaustedEntry(incident, ended, policy.fallback, paged, timestamp(deps)))
  return pages.map(refOf)
}

async function queueFollowUps(
  deps: EscalateDependencies,
  { incident, kind }: FollowUpInput,
): Promise<PageRef[]> {
  const { acknowledgedBy, resolvedBy } = await deps.incidents.get(incident)
  const actor = kind === 'acknowledged' ? acknowledgedBy : resolvedBy
  const keepsIncidents = (channel: string) =>
    isChannel(deps, channel) && deps.channels[channel].keepsIncidents
  const pages = followUpPages(kind, await deps.pages.ofIncident(incident), actor, keepsIncidents)
  await deps.pages.queue(pages, timestamp(deps))
  return pages.map(refOf)
}

async function cancelPages(
  deps: EscalateDependencies,
  { incident, reason }: CancelPagesInput,
): Promise<void> {
  await deps.pages.cancelUnsent(incident, reason, timestamp(deps))
  for (const page of await deps.pages.ofIncident(incident)) {
    const entry = page.state === 'cancelled' ? pageEntry(page) : undefined
    if (entry !== undefined) await deps.timeline.append(entry)
  }
}

async function policyAndUsers(deps: EscalateDependencies, number: number) {
  const incident = await deps.incidents.get(number)
  const configuration = await deps.configurations.get(incident.configRevision)
  const policy = policyOf(configuration, incident.labels, incident.severity)
  return { policy, users: { ...configuration.users, ...deps.users() } }
}

function isChannel(deps: EscalateDependencies, name: string): name is Contact['channel'] {
  return Object.hasOwn(deps.channels, name)
}
