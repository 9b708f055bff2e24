import { readFile } from 'node:fs/promises'
import { text as textOfStream } from 'node:stream/consumers'
import { loadConfiguration } from '../config/load.ts'
import { unreadableReason } from '../config/reason.ts'
import type { AcceptedAlert } from '../domain/alert/alert.ts'
import {
  type AlertExplanation,
  explainAlert,
  type ExplanationContext,
  type RouteEffect,
} from '../domain/alert/explain-effect.ts'
import type { Matcher } from '../domain/alert/matcher.ts'
import { formatMatcher } from '../domain/alert/matcher-text.ts'
import type { Silence } from '../domain/alert/silence.ts'
import { type PagingContext, pagingContext } from '../domain/escalate/paging-context.ts'
import type { Configuration } from '../domain/configuration/configuration.ts'
import { errorMessage } from '../domain/values/error-message.ts'
import { instantText } from '../domain/values/instant-text.ts'
import { CommandFailed, connectApi, exitCodes } from './api-client.ts'
import { explanationText, outcomeText } from './explain-words.ts'
import type { EventReading } from './installation.ts'
import type { CommandOutput } from './on-call-reading.ts'
import { instantOption, type OnCallOptions, readerZone } from './on-call-source.ts'
import { readRunFile } from './run-file.ts'
import { tell } from './terminal.ts'

export interface ExplainOptions extends OnCallOptions {
  readonly event: string
  readonly at?: string
}

const usualFile = 'firewatch.yaml'

/** @param path `-`: standard input @throws CommandFailed for what cannot be read, or is no JSON */
export async function readEventFile(path: string): Promise<unknown> {
  const name = path === '-' ? 'standard input' : path
  const written = await (path === '-' ? textOfStream(process.stdin) : readFile(path, 'utf8')).catch(
    (error: unknown) => {
      throw new CommandFailed(`${name} cannot be read: ${unreadableReason(error)}`, exitCodes.refused)
    },
  )
  try {
    return JSON.parse(written)
  } catch (error) {
    throw new CommandFailed(`${name} is not JSON: ${errorMessage(error)}`, exitCodes.refused)
  }
}

/**
 * Where the alerts of an event would go, why, and whom they would page. Pages nobody, and changes nothing.
 * @throws CommandFailed, and ConfigurationError for a file that is not valid
 */
export async function explain(
  { alerts, problems }: EventReading,
  options: ExplainOptions,
  env: NodeJS.ProcessEnv,
  now: number,
): Promise<CommandOutput> {
  if (alerts.length === 0)
    throw new CommandFailed(
      ['the event has no alert that could go anywhere', ...problems].join('\n  '),
      exitCodes.refused,
    )
  for (const problem of problems) tell(`not taken: ${problem}`)
  const source = await openSource(options, env)
  const timeZone = readerZone(options, source.paging)
  const at = options.at === undefined ? now : instantOption('--at', options.at, { timeZone, now })
  const context = { ...source, at }
  const explained = alerts.map((alert) => ({ alert, explanation: explainAlert(alert.labels, context) }))
  return {
    value: {
      at: instantText(at, timeZone),
      revision: source.configuration.revision,
      alerts: explained.map(({ alert, explanation }) => explanationValue(alert, explanation)),
      problems,
    },
    text: explained
      .map(({ alert, explanation }) => explanationText(alert, explanation, { timeZone, at }))
      .join('\n\n'),
  }
}

type Source = Omit<ExplanationContext, 'at'>

/** By the file that is named; else by the Firewatch that is running, silences and changed schedules included; else by the usual file. */
async function openSource(
  { config, data }: Pick<ExplainOptions, 'config' | 'data'>,
  env: NodeJS.ProcessEnv,
): Promise<Source> {
  const isRunning = Boolean(env['FIREWATCH_URL']) || (await readRunFile(data)) !== undefined
  if (config !== undefined || !isRunning) {
    const file = config ?? usualFile
    const configuration = await loadConfiguration(file)
    tell(`as ${file} has it; silences and changed schedules are known to a running Firewatch only`)
    return { configuration, paging: pagingContext(configuration, configuration, []), silences: null }
  }
  const api = await connectApi(data, env)
  const [{ configuration }, paging, { silences }] = await Promise.all([
    api.get<{ readonly configuration: Configuration }>('/api/v1/configuration'),
    api.get<PagingContext>('/api/v1/on-call/context'),
    api.get<{ readonly silences: readonly GivenSilence[] }>('/api/v1/silences'),
  ])
  return { configuration, paging, silences: silences.map(toSilence) }
}

/** As the API gives it. */
interface GivenSilence {
  readonly id: string
  readonly matchers: readonly Matcher[]
  readonly startsAt: string
  readonly endsAt: string
  readonly author: string
  readonly reason: string
}

function toSilence({ id, matchers, startsAt, endsAt, author, reason }: GivenSilence): Silence {
  const [from, to] = [Date.parse(startsAt), Date.parse(endsAt)]
  return { id, matchers, startsAt: from, endsAt: to, updatedAt: from, createdBy: author, comment: reason }
}

function explanationValue({ status, labels }: AcceptedAlert, explanation: AlertExplanation) {
  const { severity, routes, effects, inhibitions, silences } = explanation
  return {
    labels,
    status,
    severity,
    routes: routes.map(({ place, route, matchers, outcome }) => ({
      place,
      matchers: matchers.map(formatMatcher),
      ...(route.continue === true ? { continue: true } : {}),
      ...outcome,
      ...(outcome.kind === 'skipped' ? { matcher: formatMatcher(outcome.matcher) } : {}),
      text: outcomeText(outcome),
    })),
    taken: effects.map(effectValue),
    inhibitedBy: inhibitions.map(({ rule, source, equal }) => ({
      rule,
      source: source.map(formatMatcher),
      equal,
    })),
    silences:
      silences?.map(({ id, createdBy: by, comment: reason, endsAt }) => ({
        id,
        by,
        reason,
        endsAt: new Date(endsAt).toISOString(),
      })) ?? null,
  }
}

function effectValue({ mute, active, ...effect }: RouteEffect) {
  const windows = (states: RouteEffect['mute']) =>
    states.map(({ until, ...state }) => ({
      ...state,
      until: until === null ? null : new Date(until).toISOString(),
    }))
  return { ...effect, mute: windows(mute), active: windows(active) }
}
