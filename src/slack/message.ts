import { valueOf } from '../domain/page/answer-value.ts'
import { cutText } from '../domain/page/delivery.ts'
import { openWords, subjectWords } from '../domain/page/message.ts'
import type { FollowedMessage, MessageAnswers, PageMessage, StandingIncident } from '../domain/page/page.ts'

import { blocksBudget, longestPart, slackLimits } from './limits.ts'
import { clean, escaped, fitting, link, part } from './mrkdwn.ts'

export type Block = Readonly<Record<string, unknown>>

/** What is put into `chat.postMessage` and `chat.update`. Without blocks it is the smallest message that still says everything. */
export interface SlackMessage {
  readonly text: string
  readonly blocks?: readonly Block[]
}

const stages: Readonly<Record<PageMessage['kind'], string>> = {
  page: '',
  acknowledged: ' acknowledged',
  resolved: ' resolved',
  'on-call': '',
}

const repeatNote = 'Possible repeat: an earlier try of this message may have reached you.'
const tooMany = '… more: see the incident'
/** Between links stands more than a line break. */
const linksRoom = slackLimits.sectionLength - 3 * longestPart.links
/** Room for the lines of what fires, tried in turn until all blocks together keep to the budget. */
const rooms = [slackLimits.sectionLength, 1_500, 500, 0]

/** The message of a page in blocks, and as text for notifications and for clients that show no blocks. */
export function messageOf(message: PageMessage): SlackMessage {
  const text = slackText(message)
  for (const room of rooms) {
    const blocks = blocksOf(message, room)
    if (JSON.stringify(blocks).length <= blocksBudget) return { text, blocks }
  }
  return { text }
}

/**
 * A message that stands as it is to read by now: the page of the incident, or, where it told of several, how each of them stands. Its button answers for
 * those that are open.
 */
export function standingOf(message: PageMessage, { incidents, answers }: FollowedMessage): SlackMessage {
  if (incidents.length === 0) return messageOf(message)
  const [first] = incidents
  const open = incidents.filter(({ standing }) => standing === 'open').length
  const subject = `${first?.severity ?? message.severity} ${answers.incident} and ${incidents.length - 1} more: ${open} open`
  const lines = fitting(incidents.map(standingLine), slackLimits.sectionLength, tooMany)
  const text = fitting([escaped(subject), ...lines], slackLimits.textLength, tooMany).join('\n')
  const blocks = [
    { type: 'header', text: plainText(part(subject, slackLimits.headerLength)) },
    ...sectionOf(lines.join('\n')),
    ...(open === 0 ? [] : [{ type: 'actions', elements: [acknowledgeAll(answers, open)] }]),
  ]
  return { text, blocks }
}

function standingLine({ incident, severity, title, url, standing, by }: StandingIncident): string {
  const who = by === null ? '' : ` by ${part(by, longestPart.name)}`
  const said = standing === 'open' ? '' : ` (${standing}${who})`
  const what = escaped(`${severity}: ${part(title, longestPart.name)}${said}`)
  return `• ${link(incident, url) ?? escaped(incident)} ${what}`
}

function slackText(message: PageMessage): string {
  const lines = [
    ...(message.possibleRepeat ? [repeatNote] : []),
    subjectOf(message),
    whereOf(message),
    ...linesOf(message),
    ...factsOf(message),
    ...linksOf(message),
  ]
  return fitting(lines, slackLimits.textLength, tooMany).join('\n')
}

function blocksOf(message: PageMessage, room: number): Block[] {
  const where = `*${whereOf(message)}*`
  const left = Math.min(room, slackLimits.sectionLength - where.length - 1)
  const sections = [
    [where, ...fitting(linesOf(message), left, tooMany)].join('\n'),
    fitting(factsOf(message), slackLimits.sectionLength, tooMany).join('\n'),
    fitting(linksOf(message), linksRoom, '').join(' · '),
  ]
  return [
    ...(message.possibleRepeat
      ? [{ type: 'context', elements: [{ type: 'mrkdwn', text: repeatNote }] }]
      : []),
    { type: 'header', text: plainText(headerOf(message)) },
    ...sections.flatMap(sectionOf),
    ...buttonsOf(message),
  ]
}

function sectionOf(text: string): Block[] {
  if (text === '') return []
  return [{ type: 'section', text: { type: 'mrkdwn', text, verbatim: true } }]
}

function plainText(text: string) {
  return { type: 'plain_text', text, emoji: false }
}

function headerOf(message: PageMessage): string {
  return part(subjectWords(message, stages[message.kind]), slackLimits.headerLength)
}

function subjectOf(message: PageMessage): string {
  return escaped(part(subjectWords(message, stages[message.kind]), 500))
}

function whereOf({ kind, service, startedAt }: PageMessage): string {
  if (kind === 'on-call') return escaped(part(service, longestPart.name))
  const since = `since ${startedAt.slice(0, 10)} ${startedAt.slice(11, 16)} UTC`
  return escaped([part(service, longestPart.name), since].filter((text) => text !== '').join(', '))
}

function linesOf({ lines }: PageMessage): string[] {
  const told = lines.map(clean).filter((line) => line !== '')
  return told.map((line) => `• ${escaped(cutText(line, longestPart.nowDoing))}`)
}

function factsOf(message: PageMessage): string[] {
  const facts = [
    ['Now', part(message.nowDoing, longestPart.nowDoing)],
    ['Runbook', part(message.runbookTitle ?? '', longestPart.name)],
    ['Responsible', part(message.responsible.join(', '), longestPart.responsible)],
  ] as const
  return facts.flatMap(([name, text]) => (text === '' ? [] : [`*${name}:* ${escaped(text)}`]))
}

function linksOf(message: PageMessage): string[] {
  const { kind, incidentUrl, chartUrl, links } = message
  const offered = [
    { title: openWords(message), url: incidentUrl },
    ...(kind === 'page' && chartUrl !== undefined ? [{ title: 'Chart', url: chartUrl }] : []),
    ...(kind === 'page' ? links : []),
  ]
  return offered.slice(0, longestPart.links).flatMap(({ title, url }) => link(title, url) ?? [])
}

/**
 * Nothing is left to answer once it is resolved, and only a page of a step says where the escalation stands. What tells of several incidents has one
 * answer to all of them.
 */
function buttonsOf(message: PageMessage): Block[] {
  if (message.kind === 'resolved' || message.kind === 'on-call') return []
  const isPage = message.kind === 'page'
  if (isPage && message.bundled.length > 0)
    return [{ type: 'actions', elements: [acknowledgeAll(message, message.bundled.length + 1)] }]
  const elements = [
    ...(isPage ? [button(message, 'acknowledge', 'Acknowledge', 'primary')] : []),
    ...(isPage && message.position.step > 0 ? [button(message, 'escalate', 'Escalate')] : []),
    button(message, 'resolve', 'Resolve'),
  ]
  return [{ type: 'actions', elements }]
}

function acknowledgeAll(answers: MessageAnswers, count: number) {
  return button(answers, 'acknowledge', count === 1 ? 'Acknowledge' : `Acknowledge all ${count}`, 'primary')
}

function button(
  answers: MessageAnswers,
  verb: 'acknowledge' | 'escalate' | 'resolve',
  title: string,
  style?: string,
) {
  return {
    type: 'button',
    action_id: `firewatch_${verb}`,
    text: plainText(title),
    value: valueOf(answers),
    ...(style === undefined ? {} : { style }),
  }
}
