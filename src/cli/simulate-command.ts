import { readPolicyFile } from '../config/policy-file.ts'
import type { EscalationPolicy } from '../domain/configuration/escalation-policy.ts'
import { alertAt, type Trial, tryPolicy } from '../domain/escalate/simulate.ts'
import { incidentName } from '../domain/investigate/evidence.ts'
import type { MachineEvent } from '../domain/incident/event.ts'
import type { Incident } from '../domain/incident/incident.ts'
import type { PagingContext } from '../domain/escalate/paging-context.ts'
import { isSeverity } from '../domain/values/severity.ts'
import type { IncidentView } from '../web/incident-view.ts'
import { CommandFailed, connectApi, exitCodes } from './api-client.ts'
import type { CommandOutput } from './on-call-reading.ts'
import { instantOption, type OnCallOptions, openOnCallView, readerZone } from './on-call-source.ts'
import { reallyHappened, simulatedValue, simulationText } from './simulate-words.ts'

export interface SimulateOptions extends OnCallOptions {
  readonly policy: string
  readonly policyName?: string
  readonly incident?: string
  readonly at?: string
  readonly severity?: string
  readonly service?: string
}

/** Longer than any policy takes; what is held for good ends here. */
const longestMs = 30 * 86_400_000

type Story = { readonly incident: Incident } & IncidentView

type Happened = Omit<Trial, 'policy'>

/**
 * Who would have been paged in an incident under another policy, or would be at an instant. Pages nobody, and changes nothing.
 * @throws CommandFailed, and ConfigurationError for a policy that is none
 */
export async function simulate(
  options: SimulateOptions,
  env: NodeJS.ProcessEnv,
  now: number,
): Promise<CommandOutput> {
  const policy = await readPolicyFile(options.policy, options.policyName)
  if (options.incident === undefined) {
    const { context, timeZone } = await openOnCallView(options, env, now)
    return told(options, policy, context, momentOf(options, { timeZone, now }))
  }
  for (const option of ['at', 'severity', 'service', 'config'] as const) {
    if (options[option] !== undefined)
      throw new CommandFailed(
        `--${option} is for trying without an incident: leave it away, or --incident`,
        exitCodes.usage,
      )
  }
  const { context } = await openOnCallView(options, env, now, options.incident)
  const api = await connectApi(options.data, env)
  const path = `/api/v1/incidents/${encodeURIComponent(options.incident)}`
  const story = await api.get<Story>(path)
  const { events } = await api.get<{ events: readonly MachineEvent[] }>(`${path}/events`)
  return told(options, policy, context, happened(story, events, now), story)
}

/** What happened in an incident, up to now. @throws CommandFailed when it was not kept */
function happened({ incident, alerts }: Story, events: readonly MachineEvent[], now: number): Happened {
  const { number, service } = incident
  if (events.length === 0)
    throw new CommandFailed(
      `what happened in ${incidentName(number)} was not kept event by event, so no policy can be tried on it: it was opened by an older version, or made from recorded measurements; try the policy --at ${incident.detectedAt}`,
      exitCodes.refused,
    )
  return {
    incident: number,
    service,
    alertsBegan: alerts.map(({ startsAt }) => Date.parse(startsAt)),
    events,
    until: now,
  }
}

function told(
  options: SimulateOptions,
  policy: EscalationPolicy,
  context: PagingContext,
  what: Happened,
  story?: Story,
): CommandOutput {
  refuseUnknown(policy, context, options.policy)
  const timeZone = readerZone(options, context)
  const trial = { ...what, policy }
  const entries = tryPolicy(context, trial)
  const really = story === undefined ? [] : reallyHappened(story)
  const simulation = { trial, entries, really, timeZone, incident: story?.incident }
  return { value: simulatedValue(simulation), text: simulationText(simulation) }
}

/** One alert at one moment, and nobody who answers. */
function momentOf(
  { at: written, severity = 'P1', service = '' }: SimulateOptions,
  view: { readonly timeZone: string; readonly now: number },
): Happened {
  if (!isSeverity(severity))
    throw new CommandFailed(`--severity "${severity}" is not one of P0, P1, P2, P3`, exitCodes.usage)
  const at = written === undefined ? view.now : instantOption('--at', written, view)
  return { incident: 0, service, alertsBegan: [at], events: [alertAt(at, severity)], until: at + longestMs }
}

/** Names that nothing has would be passed in silence: an empty step is no mistake for the paging engine. */
function refuseUnknown(policy: EscalationPolicy, context: PagingContext, file: string): void {
  const targets = [
    ...policy.steps.flatMap(({ notify }) => notify),
    ...policy.fallback,
    ...(policy.executives ?? []),
  ]
  const schedules = Object.fromEntries(context.schedules.map(({ configured }) => [configured.name, true]))
  const missing = targets.flatMap((target) => {
    if (typeof target === 'string') return absent('user', target, context.users)
    if ('schedule' in target) return absent('schedule', target.schedule, schedules)
    return 'team' in target
      ? absent('team', target.team, context.teams)
      : absent('channel', target.channel, context.channels)
  })
  const calendars = policy.steps.flatMap(({ during }) =>
    during === undefined ? [] : absent('calendar', during, context.calendars),
  )
  const problems = [...new Set([...missing, ...calendars])]
  if (problems.length > 0)
    throw new CommandFailed(
      [`${file} names what is not configured:`, ...problems].join('\n  '),
      exitCodes.refused,
    )
}

function absent(kind: string, name: string, known: Readonly<Record<string, unknown>>): string[] {
  if (Object.hasOwn(known, name)) return []
  const names = Object.keys(known).join(', ')
  return [`no ${kind} "${name}"; ${names === '' ? 'there is none' : `there is ${names}`}`]
}
