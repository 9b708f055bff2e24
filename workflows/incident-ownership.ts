import { ApplicationFailure, isCancellation, proxyActivities, sleep, condition } from '@temporalio/workflow'
import type { EscalateActivities } from '../activities/escalate.ts'
import type { IncidentActivities } from '../activities/incident.ts'
import { formatDuration } from '../src/domain/duration.ts'
import { incidentName } from '../src/domain/evidence.ts'
import type {
  Command,
  CommandAnswer,
  HandOverCommand,
  SnoozeCommand,
} from '../src/domain/incident-messages.ts'
import { deliver, quiet } from './incident-hearing.ts'
import { restartEscalation, stopEscalation, tellEverybody } from './incident-paging.ts'
import { inBackground, say, type Situation } from './incident-situation.ts'

const activities = proxyActivities<IncidentActivities & Pick<EscalateActivities, 'queueHandOver'>>({
  startToCloseTimeout: '10s',
  retry: { maximumInterval: '10s' },
})

/** How long somebody has to take what is handed over to them. */
const handOverPatience = '5m'

/**
 * Takes an acknowledgement.
 * Paging stops before anything is written down, for the next page may be due at this moment.
 */
export async function acknowledge(situation: Situation, command: Command): Promise<CommandAnswer> {
  const { actor, incident } = command
  const { acknowledgedBy } = situation
  if (situation.handingTo === actor) return takeOver(situation, command)
  if (acknowledgedBy !== null) {
    return hears(situation, actor)
      ? acknowledgeToo(situation, command)
      : { changed: false, message: `already acknowledged by ${acknowledgedBy}` }
  }
  const others = own(situation, actor, 'acknowledged')
  const deed = others.length === 0 ? 'acknowledged; escalation stops' : acknowledgedOf(others)
  await record(situation, command, deed, null)
  const rest =
    others.length === 0
      ? 'nobody else is paged'
      : `${others.join(', ')} must acknowledge too, and is paged on`
  return { changed: true, message: `${incidentName(incident)} acknowledged; ${rest}` }
}

/** Makes `actor` the owner and stops paging; answers with those who must acknowledge too. */
function own(situation: Situation, actor: string, deed: string): readonly string[] {
  situation.acknowledgedBy = actor
  situation.peopleTookOver = true
  situation.handingTo = null
  const others = quiet(situation, actor)
  stopEscalation(situation, `${actor} ${deed}`, others)
  say(
    situation,
    'people',
    others.length === 0 ? `${actor} has it` : `${actor} has it; awaiting ${others.join(', ')}`,
    null,
  )
  return others
}

async function record(
  situation: Situation,
  command: Command,
  deed: string,
  forMs: number | null,
): Promise<void> {
  const end = await activities.recordAcknowledgement({ ...command, deed, forMs })
  holdFor(situation, end.forMs)
  inBackground(situation, () => tellEverybody(situation, 'acknowledged'))
}

function acknowledgedOf(others: readonly string[]): string {
  return `acknowledged; still to acknowledge: ${others.join(', ')}`
}

function hears({ hearing }: Situation, person: string): boolean {
  return hearing?.cycles.some(({ people }) => people.includes(person)) ?? false
}

/** One of those who must each acknowledge did. */
async function acknowledgeToo(situation: Situation, command: Command): Promise<CommandAnswer> {
  const others = quiet(situation, command.actor)
  stopEscalation(situation, `${command.actor} acknowledged too`, others)
  const rest = others.length === 0 ? 'everybody has' : acknowledgedOf(others)
  const summary = `${command.actor} acknowledged too; ${rest}`
  await activities.recordCommand({ ...command, kind: 'escalation', summary })
  return { changed: true, message: 'acknowledged too' }
}

/** An acknowledgement that came while no worker was there to answer. */
export async function acknowledgeLater(situation: Situation, command: Command): Promise<void> {
  if (command.incident === situation.incident && !isOver(situation)) await acknowledge(situation, command)
  if (command.incident <= situation.incident) return
  situation.successor = command.incident
  situation.successorAcknowledged ??= command
}

export function isOver({ state, resolvedBy }: Situation): boolean {
  return state === 'resolved' || resolvedBy !== null
}

/** Makes somebody the owner, whoever was before. */
export async function takeOver(situation: Situation, command: Command): Promise<CommandAnswer> {
  const { actor } = command
  const before = situation.acknowledgedBy
  if (before === actor) return { changed: false, message: 'you have it already' }
  own(situation, actor, 'took it over')
  await record(situation, command, before === null ? 'took it' : `took it over from ${before}`, null)
  return { changed: true, message: before === null ? 'you have it' : `you have it now, instead of ${before}` }
}

/** Asks somebody to take it. Whoever has it keeps it until they do: an incident is never without an owner for being passed on. */
export async function handOver(situation: Situation, command: HandOverCommand): Promise<CommandAnswer> {
  const { actor, to, incident } = command
  if (to === situation.acknowledgedBy) return { changed: false, message: `${to} has it already` }
  const pages = await activities.queueHandOver({ incident, actor, to, round: situation.handOvers++ })
  if (pages.length === 0) throw refusal(`${to} has no contact, so cannot be asked to take it`)
  situation.handingTo = to
  say(situation, 'people', `${actor} hands over to ${to}`)
  inBackground(situation, async () => {
    const heard = await deliver(situation, pages)
    if (heard) await condition(() => situation.handingTo !== to || isOver(situation), handOverPatience)
    await takeBack(situation, { actor, to })
  })
  return { changed: true, message: `${to} is paged, and has it once they acknowledge` }
}

async function takeBack(situation: Situation, { actor, to }: { actor: string; to: string }): Promise<void> {
  if (situation.handingTo !== to || isOver(situation)) return
  situation.handingTo = null
  const owner = situation.acknowledgedBy
  const stays = owner === null ? 'escalation goes on' : `${owner} still has it`
  say(situation, 'people', `${to} did not take it: ${stays}`)
  const pages = await activities.queueHandOver({
    incident: situation.incident,
    actor: to,
    to: owner ?? actor,
    round: situation.handOvers++,
  })
  await deliver(situation, pages)
}

/** Quiet for a while; then it is escalated anew. */
export async function snooze(situation: Situation, command: SnoozeCommand): Promise<CommandAnswer> {
  const { actor, forMs } = command
  own(situation, actor, 'snoozed it')
  const long = formatDuration(forMs)
  await record(situation, command, `snoozed it for ${long}`, forMs)
  return { changed: true, message: `you have it, and in ${long} it is escalated again unless it is over` }
}

/** Nobody has it any more. */
export function releaseOwner(situation: Situation): void {
  situation.acknowledgedBy = null
  situation.acknowledgementTimer?.cancel()
  situation.acknowledgementTimer = null
}

/** An acknowledgement holds so long; then whoever has it may have fallen asleep over it. `null`: for good. */
export function holdFor(situation: Situation, forMs: number | null): void {
  situation.acknowledgementTimer?.cancel()
  situation.acknowledgementTimer = null
  if (forMs === null) return
  const scope = situation.newScope()
  situation.acknowledgementTimer = scope
  const summary = `${situation.acknowledgedBy ?? 'somebody'} has it until then`
  scope
    .run(() => sleep(forMs, { summary }))
    .then(
      () => {
        if (situation.acknowledgementTimer === scope) inBackground(situation, () => runOut(situation))
      },
      (error: unknown) => {
        if (!isCancellation(error)) throw error
      },
    )
}

async function runOut(situation: Situation): Promise<void> {
  const { acknowledgedBy, incident } = situation
  situation.acknowledgementTimer = null
  if (acknowledgedBy === null || isOver(situation)) return
  releaseOwner(situation)
  // While every alert is clear nobody is paged; but should it fire again, nobody has it any more.
  const fires = situation.responding
  const summary = `The acknowledgement of ${acknowledgedBy} ran out${fires ? ' and it still fires: escalated anew' : ' while nothing fires'}`
  if (fires) restartEscalation(situation, summary)
  await activities.releaseAcknowledgement({ incident, change: ++situation.changes, summary })
}

function refusal(message: string): ApplicationFailure {
  return ApplicationFailure.nonRetryable(message, 'CommandRefused')
}
