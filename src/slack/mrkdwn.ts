import { cutText, oneLine } from '../domain/page/delivery.ts'
import { longestPart } from './limits.ts'

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' }

/** These three and no others: https://docs.slack.dev/messaging/formatting-message-text#escaping. So no text can mention, link or call a channel. */
export function escaped(text: string): string {
  return text.replaceAll(/[&<>]/g, (character) => entities[character] ?? '')
}

const characters: Readonly<Record<string, string>> = { '&amp;': '&', '&lt;': '<', '&gt;': '>' }

/**
 * What a person wrote, of a text that Slack sends: the three entities are characters again, `<@U1|ana>` is `@ana`, `<#C1|shop>` is `#shop`,
 * `<!here>` is `@here`, and a link is its address with its words, if it has others. Each is read once: `&amp;lt;` is `&lt;`.
 * Source: https://docs.slack.dev/messaging/formatting-message-text#retrieving-messages
 */
export function written(text: string): string {
  return text
    .replaceAll(
      /<([@#!]?)([^<>|\s][^<>|]*)(?:\|([^<>]*))?>/g,
      (whole, kind: string, target: string, label: string = '') =>
        kind === ''
          ? (writtenLink(target, label) ?? whole)
          : `${kind === '#' ? '#' : '@'}${bare(label) || nameOf(target)}`,
    )
    .replaceAll(/&(?:amp|lt|gt);/g, (entity) => characters[entity] ?? entity)
}

/** Slack makes `<http://shop.example|shop.example>` of a host that somebody typed. `undefined` for what is not an address. */
function writtenLink(address: string, label: string): string | undefined {
  if (!/^[a-z][a-z0-9+.-]*:/i.test(address)) return undefined
  if (label === '' || address.endsWith(`//${label}`) || address === `mailto:${label}`) return label || address
  return `${label} (${address})`
}

/** Labels of groups and of `@here` carry their sign already. */
function bare(label: string): string {
  return label.replace(/^[@#]/, '')
}

/** Of `subteam^S1` the id; `date^…^words` never comes from a person. */
function nameOf(target: string): string {
  return target.replace(/^subteam\^/, '')
}

export function clean(text: string): string {
  return oneLine(text.toWellFormed())
}

export function part(text: string, longest: number): string {
  return cutText(clean(text), longest)
}

/** A link with words of its own, or `undefined` for what no browser opens. The address cannot end the link early. */
export function link(title: string, address: string): string | undefined {
  const url = URL.parse(address)
  if (url === null || !['http:', 'https:'].includes(url.protocol)) return undefined
  if (url.href.length > longestPart.address) return undefined
  const words = part(title, longestPart.linkTitle).replaceAll('|', '¦') || url.host
  return `<${escaped(url.href.replaceAll('|', '%7C'))}|${escaped(words)}>`
}

/** As many lines as fit into `room` once they are escaped, and a note instead of the rest. Lines are cut before they are escaped. */
export function fitting(lines: readonly string[], room: number, rest: string): string[] {
  const kept: string[] = []
  let used = 0
  for (const [index, line] of lines.entries()) {
    const after = index === lines.length - 1 ? 0 : rest.length + 1
    if (used + line.length + 1 + after > room) return room - used > rest.length ? [...kept, rest] : kept
    kept.push(line)
    used += line.length + 1
  }
  return kept
}
