import type { AcceptedAlert, Labels } from '../domain/alert/alert.ts'
import type {
  AlertExplanation,
  PagingEffect,
  PossibleInhibition,
  RouteEffect,
  WindowState,
} from '../domain/alert/explain-effect.ts'
import type { RouteLook, RouteOutcome, SeverityReading } from '../domain/alert/explain-route.ts'
import { matchersText, shortSilenceId } from '../domain/alert/silence.ts'
import { holdSentence } from '../domain/escalate/hold.ts'
import type { PreviewedStep } from '../domain/escalate/preview.ts'
import { formatDuration } from '../domain/values/duration.ts'
import { stampWords } from '../domain/values/zoned-words.ts'
import { oneLine, table } from './terminal.ts'

/** By whose clock times are told, and when the alert comes in; epoch milliseconds. */
interface Moment {
  readonly timeZone: string
  readonly at: number
}

type Row = readonly [about: string, text: string]

/** Where an alert would go, for people. */
export function explanationText(
  { status, labels }: Pick<AcceptedAlert, 'status' | 'labels'>,
  explanation: AlertExplanation,
  moment: Moment,
): string {
  const { severity, routes, effects } = explanation
  const resolved = status === 'resolved' ? ['resolved: it ends the alert, and pages nobody'] : []
  return [
    oneLine(labels['alertname'] ?? ''),
    `  ${labelsText(labels)}`,
    ...[severityText(severity), ...resolved].map((line) => `  ${line}`),
    '',
    table(['route', 'matchers', 'outcome'], routes.map(routeRow)),
    ...effects.flatMap((effect) => ['', ...effectLines(effect, explanation, moment)]),
  ].join('\n')
}

function severityText({ word, severity, isKnown, pagesNobody }: SeverityReading): string {
  if (pagesNobody) return `severity ${JSON.stringify(word)} pages nobody: it is kept, and opens no incident`
  if (word === '') return `severity: none said, so ${severity}`
  return isKnown
    ? `severity ${JSON.stringify(word)} is ${severity}`
    : `severity ${JSON.stringify(word)} is not known, so ${severity}: add it to "severities"`
}

function routeRow({ place, route, matchers, outcome }: RouteLook): string[] {
  const name = matchers.length === 0 ? 'everything' : matchersText(matchers)
  const continues = route.continue === true ? ' (continue)' : ''
  return [place, `${name}${continues}`, outcomeText(outcome)]
}

/** Why a route takes an alert, or does not: `skipped: namespace is "web", not =~ "pay.*"`. */
export function outcomeText(outcome: RouteOutcome): string {
  switch (outcome.kind) {
    case 'taken':
      return 'taken'
    case 'taken-below':
      return 'matches; taken below'
    case 'not-asked':
      return `not asked: route ${outcome.by} takes it and does not say continue`
    case 'skipped':
      return `skipped: ${unmetText(outcome)}`
  }
}

function unmetText({ matcher, actual }: Extract<RouteOutcome, { kind: 'skipped' }>): string {
  const { name, operator, value } = matcher
  const label = /^[\w.:/-]+$/.test(name) ? name : JSON.stringify(name)
  const wanted = operator === '=' ? JSON.stringify(value) : `${operator} ${JSON.stringify(value)}`
  if (actual === undefined) return `no label ${label}, which must be ${wanted}`
  const is = `${label} is ${JSON.stringify(actual)}`
  return operator === '=' || operator === '=~' ? `${is}, not ${wanted}` : `${is}, which must be ${wanted}`
}

function effectLines(effect: RouteEffect, explanation: AlertExplanation, moment: Moment): string[] {
  const { place, receiver, service, group, groupingKey, groupWaitMs, follows, windowHold, paging } = effect
  const wait =
    groupWaitMs === 0
      ? 'none: the first page goes out at once'
      : `${formatDuration(groupWaitMs)} before the first page`
  const held = [windowHold, paging?.held ?? null].flatMap((cause) =>
    cause === null ? [] : holdSentence(cause, moment.timeZone),
  )
  const rows: Row[] = [
    ['service', service],
    ['group', labelsText(group)],
    ['grouping key', groupingKey],
    ['group wait', wait],
    ...(follows === null ? [] : [['followed by', followsText(follows)] as const]),
    ...effect.mute.map((state): Row => ['muted in', windowText(state, moment)]),
    ...effect.active.map((state): Row => ['active in', windowText(state, moment)]),
    ...explanation.inhibitions.map((one): Row => ['inhibited by', inhibitionText(one)]),
    ...silenceRows(explanation, moment),
    ...(paging === null ? [['policy', 'none: it pages nobody'] as const] : pagingRows(paging)),
    ...held.map((sentence): Row => ['held back', sentence]),
  ]
  const width = Math.max(...rows.map(([about]) => about.length))
  const lines = rows.map(([about, text]) => `  ${about.padEnd(width)}  ${oneLine(text)}`)
  return [`Route ${place} -> ${oneLine(receiver)}`, ...lines]
}

/** `channel ops, at most every 5m, again after 4h`. */
function followsText({
  rooms,
  intervalMs,
  repeatMs,
  sendResolved,
}: NonNullable<RouteEffect['follows']>): string {
  const again = repeatMs === null ? '' : `, again after ${formatDuration(repeatMs)}`
  const ends = sendResolved ? '' : '; what clears is not told'
  return `${rooms.join(', ')}, at most every ${formatDuration(intervalMs)}${again}${ends}`
}

function windowText({ window, isInside, until }: WindowState, { timeZone }: Moment): string {
  if (!isInside) return `${window}: not now`
  return `${window}: now${until === null ? '' : `, until ${stampWords(until, timeZone)}`}`
}

/** `inhibit[0], while severity="critical" fires with the same cluster ("eu")`. */
function inhibitionText({ rule, source, equal }: PossibleInhibition): string {
  const same = Object.entries(equal).map(([name, value]) => `${name} (${JSON.stringify(value)})`)
  const withSame = same.length === 0 ? '' : ` with the same ${same.join(', ')}`
  return `inhibit[${rule}], while an alert with ${matchersText(source)} fires${withSame}`
}

function silenceRows({ silences }: AlertExplanation, { timeZone }: Moment): Row[] {
  if (silences === null) return [['silences', 'not known without a running Firewatch']]
  if (silences.length === 0) return [['silences', 'none']]
  return silences.map(({ id, endsAt, createdBy, comment }) => [
    'silenced by',
    `${shortSilenceId(id)} until ${stampWords(endsAt, timeZone)}, by ${createdBy}: ${comment}`,
  ])
}

function pagingRows({ policy, severity, steps }: PagingEffect): Row[] {
  return [
    ['policy', `${policy}, for ${severity}`],
    ...(steps.length === 0
      ? [['pages', 'nobody'] as const]
      : steps.map((step): Row => [`step ${step.step}`, stepText(step)])),
  ]
}

/** `at once: ana by webhook, ana by pagerduty after 5 min`; when nobody acknowledges. */
function stepText({ inMs, pages, people }: PreviewedStep): string {
  const when = inMs === 0 ? 'at once' : `after ${formatDuration(inMs)}`
  const told = pages.map(({ person, channel, inMs: pagedMs }) => {
    const later = pagedMs === inMs ? '' : ` after ${formatDuration(pagedMs)}`
    return `${person} by ${channel}${later}`
  })
  return `${when}: ${(told.length === 0 ? people : told).join(', ')}`
}

function labelsText(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}=${JSON.stringify(value)}`)
  return pairs.length === 0 ? 'no labels' : pairs.join(', ')
}
