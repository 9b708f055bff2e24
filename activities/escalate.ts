import { followUpPages, type PageRef } from '../src/domain/escalate.ts'
import type {
  CancelPagesInput,
  EnterStepInput,
  EnterStepResult,
  FailPageInput,
  FallbackInput,
  FollowUpInput,
  HandOverInput,
  PageInput,
  PageResult,
  RulePagesInput,
  RulePagesResult,
} from '../src/domain/escalate-messages.ts'
import { pageEntry } from '../src/domain/escalate-record.ts'
import { type EscalateDependencies, isChannel, timestamp } from './escalate-dependencies.ts'
import { deliverPage, failPage, refOf } from './escalate-page.ts'
import { queueRulePages } from './escalate-rules.ts'
import { queueFallbackPages, queueHandOver, queueNotices, queueStepPages } from './escalate-step.ts'

export type { EscalateDependencies } from './escalate-dependencies.ts'

export type EscalateActivities = ReturnType<typeof createEscalateActivities>

/** The deeds of paging: who is to be paged, sending it, and what became of it. Each may run again after a crash. */
export function createEscalateActivities(deps: EscalateDependencies) {
  return {
    queueStepPages: (input: EnterStepInput): Promise<EnterStepResult> => queueStepPages(deps, input),

    queueRulePages: (input: RulePagesInput): Promise<RulePagesResult> => queueRulePages(deps, input),

    queueNotices: (incident: number): Promise<readonly PageRef[]> => queueNotices(deps, incident),

    queueHandOver: (input: HandOverInput): Promise<readonly PageRef[]> => queueHandOver(deps, input),

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

    /** Stops every page that no provider has yet, but for those of people who are to go on hearing. */
    cancelPages: (input: CancelPagesInput): Promise<void> => cancelPages(deps, input),
  }
}

async function queueFollowUps(
  deps: EscalateDependencies,
  { incident, kind, occasion }: FollowUpInput,
): Promise<PageRef[]> {
  const { acknowledgedBy, resolvedBy } = await deps.incidents.get(incident)
  const actor = kind === 'acknowledged' ? acknowledgedBy : resolvedBy
  const keepsIncidents = (channel: string) =>
    isChannel(deps, channel) && deps.channels[channel].keepsIncidents
  const pages = followUpPages(
    { kind, occasion },
    await deps.pages.ofIncident(incident),
    actor,
    keepsIncidents,
  )
  await deps.pages.queue(pages, timestamp(deps))
  return pages.map(refOf)
}

async function cancelPages(
  deps: EscalateDependencies,
  { incident, reason, except }: CancelPagesInput,
): Promise<void> {
  await deps.pages.cancelUnsent(incident, { reason, except }, timestamp(deps))
  for (const page of await deps.pages.ofIncident(incident)) {
    const entry = page.state === 'cancelled' ? pageEntry(page) : undefined
    if (entry !== undefined) await deps.timeline.append(entry)
  }
}
