import { oneLine } from '../domain/page/delivery.ts'
import { isOfNoIncident, type PageLink, type PageMessage } from '../domain/page/page.ts'
import { headlineOf, linesToSay, openWords } from '../domain/page/message.ts'
import { mailLimits } from './limits.ts'

/** What a mail says, before it is text or HTML. */
export interface MailContent {
  readonly headline: string
  readonly notes: readonly string[]
  readonly lines: readonly string[]
  readonly facts: readonly (readonly [name: string, text: string])[]
  /** Acknowledges, when this mail may. */
  readonly answer: PageLink | undefined
  readonly links: readonly PageLink[]
}

export function contentOf(message: PageMessage): MailContent {
  const { kind, service, since, nowDoing, next, responsible } = message
  const facts = [
    ['Service', service],
    ['Since', isOfNoIncident(kind) ? '' : since],
    ['Now', nowDoing],
    ['Next', next],
    ['Responsible', responsible.join(', ')],
  ] as const
  return {
    headline: clean(headlineOf(message)),
    notes: message.possibleRepeat
      ? ['Possible repeat: an earlier try of this message may have reached you.']
      : [],
    lines: linesToSay(message)
      .map(clean)
      .filter((line) => line !== ''),
    facts: facts.map(([name, text]) => [name, clean(text)] as const).filter(([, text]) => text !== ''),
    answer:
      kind === 'page' ? webLink(`Acknowledge ${answeredBy(message)}`, message.answerUrl ?? '') : undefined,
    links: linksOf(message),
  }
}

function answeredBy({ incident, bundled }: PageMessage): string {
  return bundled.length === 0 ? incident : `all ${bundled.length + 1}`
}

function linksOf(message: PageMessage): PageLink[] {
  const { kind, incidentUrl, chartUrl, links } = message
  const offered = [
    { title: openWords(message), url: incidentUrl },
    ...(kind === 'page' && chartUrl !== undefined ? [{ title: 'Chart', url: chartUrl }] : []),
    ...(kind === 'page' ? links : []),
  ]
  return offered.flatMap(({ title, url }) => webLink(title, url) ?? [])
}

/** Only what a browser may be sent to: never `javascript:` or `data:`. */
function webLink(title: string, address: string): PageLink | undefined {
  const url = URL.parse(address)
  const isWeb = url !== null && ['http:', 'https:'].includes(url.protocol)
  if (!isWeb || url.href.length > mailLimits.addressLength) return undefined
  return { title: clean(title) || url.host, url: url.href }
}

function clean(text: string): string {
  return oneLine(text.toWellFormed())
}
