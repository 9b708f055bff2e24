/** A property of a component: `DTSTART;TZID=Europe/Berlin:20260302T090000`. */
export interface Property {
  /** In capitals. */
  readonly name: string
  /** By name in capitals, without quotes. */
  readonly parameters: ReadonlyMap<string, string>
  /** As written; `textOf` gives a text. */
  readonly value: string
}

/** `VCALENDAR`, `VEVENT`, `VTIMEZONE`, … with what they contain. */
export interface Component {
  /** In capitals. */
  readonly name: string
  readonly properties: readonly Property[]
  readonly components: readonly Component[]
  /** Why its properties cannot be gone by, such as a line of one that has no colon. */
  readonly broken?: string
  /** The text ended before it did. */
  readonly isUnfinished?: true
}

/** Their values begin with a year, so that no colon of an unquoted zone name is taken for the one before the value. */
const timeNames = new Set(['DTSTART', 'DTEND', 'EXDATE', 'RDATE', 'RECURRENCE-ID'])
/** A line that begins with one of these and cannot be read is a fault; others, such as a text that was broken by hand, are passed over. */
const goneBy =
  /^(?:DTSTART|DTEND|DURATION|RRULE|EXRULE|RDATE|EXDATE|RECURRENCE-ID|UID|SUMMARY|STATUS|ATTENDEE)\b/i
/** Deeper ones are read as if they were beside each other, so that no text can exhaust the stack. */
const deepest = 8
/** Of a property's name and parameters, in characters. */
const longestHead = 4_000

/**
 * The text of a calendar's file: UTF-8 or UTF-16 by its byte order mark, else UTF-8, else Windows-1252, which ISO-8859-1 is a part of. Lines are
 * unfolded before that, as they may be folded inside of a character.
 */
export function decodeCalendar(bytes: Uint8Array): string {
  const buffer = Buffer.from(bytes)
  if (buffer[0] === 0xff && buffer[1] === 0xfe) return new TextDecoder('utf-16le').decode(buffer)
  if (buffer[0] === 0xfe && buffer[1] === 0xff) return new TextDecoder('utf-16be').decode(buffer)
  const unfolded = Buffer.from(unfold(buffer.toString('latin1')), 'latin1')
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(unfolded)
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    return new TextDecoder('windows-1252').decode(unfolded)
  }
}

/** The components of a text, the outermost ones; what is in none is left out. Never throws. */
export function componentsOf(text: string): Component[] {
  const root = open('')
  const path = [root]
  for (const line of unfold(text).split(/[\r\n]+/)) {
    const [, edge = '', word = ''] = /^\s*(BEGIN|END):\s*([^\s;]+)\s*$/i.exec(line) ?? []
    const name = word.toUpperCase()
    if (edge === '') addLine(path.at(-1) ?? root, line)
    else if (edge.toUpperCase() === 'BEGIN') begin(path, name)
    else end(path, name)
  }
  for (const component of path.slice(1)) component.isUnfinished = true
  return root.components
}

export function property(component: Component, name: string): Property | undefined {
  return component.properties.find((one) => one.name === name)
}

export function properties(component: Component, name: string): Property[] {
  return component.properties.filter((one) => one.name === name)
}

/** The text of the first property with a name, or an empty one. */
export function textProperty(component: Component, name: string): string {
  const value = property(component, name)?.value ?? ''
  return value
    .replaceAll(/\\([\\;,:"nN])/g, (_, escaped: string) => (/n/i.test(escaped) ? '\n' : escaped))
    .trim()
}

/** Also of a file whose CRLF were taken for LF and written as CRLF once more. */
function unfold(text: string): string {
  return text.replaceAll(/\r{0,2}\n[ \t]|\r[ \t]/g, '')
}

interface Open {
  name: string
  properties: Property[]
  components: Component[]
  broken?: string
  isUnfinished?: true
}

function open(name: string): Open {
  return { name, properties: [], components: [] }
}

/** A second event inside of one is the next one: the first has lost its end. */
function begin(path: Open[], name: string): void {
  const same = path.findIndex((one) => one.name === name && name === 'VEVENT')
  if (same > 0) path.splice(same)
  if (path.length > deepest) path.splice(deepest)
  const component = open(name)
  path.at(-1)?.components.push(component)
  path.push(component)
}

/** An end of what was never begun is passed over. */
function end(path: Open[], name: string): void {
  const at = path.findLastIndex((one) => one.name === name)
  if (at > 0) path.splice(at)
}

function addLine(component: Open, line: string): void {
  if (line.trim() === '') return
  const [, written = ''] = /^\s*([\w.-]+)/.exec(line) ?? []
  const name = written.replace(/^.*\./, '').toUpperCase()
  const colon = timeNames.has(name) ? colonOfTime(line) : firstColon(line)
  if (name === '' || colon === -1) {
    if (goneBy.test(line)) component.broken = `it cannot be parsed: "${line.slice(0, 60)}" has no ":"`
    return
  }
  const parameters = parametersOf(line.slice(0, colon))
  component.properties.push({ name, parameters, value: line.slice(colon + 1).trim() })
}

function colonOfTime(line: string): number {
  const at = line.search(/:(?=\s*\d{4}-?\d{2}-?\d{2})/)
  return at === -1 ? line.lastIndexOf(':') : at
}

/** The first colon that is not inside of quotes; where quotes do not end, the first one of all. */
function firstColon(line: string): number {
  for (let at = 0, isQuoted = false; at < line.length; at += 1) {
    if (line[at] === '"') isQuoted = !isQuoted
    else if (line[at] === ':' && !isQuoted) return at
  }
  return line.indexOf(':')
}

function parametersOf(head: string): Map<string, string> {
  const parts =
    head
      .slice(0, longestHead)
      .match(/(?:"[^"]*"|[^;"]|")+/g)
      ?.slice(1) ?? []
  return new Map(
    parts.flatMap((part) => {
      const at = part.indexOf('=')
      return at < 1
        ? []
        : [
            [
              part.slice(0, at).trim().toUpperCase(),
              part
                .slice(at + 1)
                .replaceAll('"', '')
                .trim(),
            ],
          ]
    }),
  )
}
