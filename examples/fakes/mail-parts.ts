/** A mail as it arrived, read as strictly as the RFCs allow; only what Firewatch's own mails consist of is understood. */
export interface ParsedMail {
  /** Lower-case names; in their order, folded lines joined. */
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly subject: string
  readonly text: string
  readonly html: string
}

interface Part {
  readonly headers: ParsedMail['headers']
  readonly body: string
}

/** @throws when a line is too long or not ended by CRLF: https://www.rfc-editor.org/rfc/rfc5322#section-2.1.1 */
export function parseMail(raw: string): ParsedMail {
  if (/(?:^|[^\r])\n|\r(?!\n)/.test(raw)) throw new Error('a line does not end with CRLF')
  const longest = Math.max(...raw.split('\r\n').map((line) => line.length))
  if (longest > 998) throw new Error(`a line of ${longest} characters`)
  const whole = partOf(raw)
  const subjects = whole.headers.filter(([name]) => name === 'subject')
  if (subjects.length !== 1) throw new Error(`${subjects.length} subjects`)
  return {
    headers: whole.headers,
    subject: decodeWords(subjects[0]?.[1] ?? ''),
    text: contentOf(whole, 'text/plain'),
    html: contentOf(whole, 'text/html'),
  }
}

function partOf(raw: string): Part {
  const end = raw.indexOf('\r\n\r\n')
  const head = end < 0 ? raw : raw.slice(0, end)
  const lines = head.replaceAll(/\r\n[ \t]+/g, ' ').split('\r\n')
  const headers = lines.map((line) => {
    const { name, value } = /^(?<name>[!-9;-~]+): ?(?<value>.*)$/.exec(line)?.groups ?? {}
    if (name === undefined) throw new Error(`"${line}" is not a header`)
    return [name.toLowerCase(), value ?? ''] as const
  })
  return { headers, body: end < 0 ? '' : raw.slice(end + 4) }
}

export function headerOf(headers: ParsedMail['headers'], name: string): string {
  return headers.find(([key]) => key === name)?.[1] ?? ''
}

function contentOf(part: Part, type: string): string {
  const contentType = headerOf(part.headers, 'content-type')
  const boundary = /boundary="?(?<boundary>[^";]+)"?/.exec(contentType)?.groups?.['boundary']
  if (boundary === undefined) return contentType.startsWith(type) ? decodeBody(part) : ''
  // The line break before a boundary is the boundary's.
  const inner = `\r\n${part.body}`.split(`\r\n--${boundary}`).slice(1, -1)
  return inner.map((raw) => contentOf(partOf(raw.replace(/^\r\n/, '')), type)).join('')
}

function decodeBody({ headers, body }: Part): string {
  switch (headerOf(headers, 'content-transfer-encoding').toLowerCase()) {
    case 'base64':
      return Buffer.from(body, 'base64').toString('utf8')
    case 'quoted-printable':
      return quotedPrintable(body.replaceAll(/=\r\n/g, ''))
    default:
      return body
  }
}

function quotedPrintable(text: string): string {
  const bytes = text.replaceAll(/=([0-9A-F]{2})/gi, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  )
  return Buffer.from(bytes, 'latin1').toString('utf8')
}

/** https://www.rfc-editor.org/rfc/rfc2047 */
function decodeWords(text: string): string {
  return text
    .replaceAll(/\?=\s+=\?/g, '?==?')
    .replaceAll(/=\?utf-8\?([QB])\?([^?]*)\?=/gi, (_, kind: string, word: string) =>
      kind.toUpperCase() === 'B'
        ? Buffer.from(word, 'base64').toString('utf8')
        : quotedPrintable(word.replaceAll('_', ' ')),
    )
}
