/** What a short text reply asks for. */
export interface TextReply {
  readonly verb: 'acknowledge' | 'resolve' | 'escalate'
  /** The incident's number: it is never given to another, so a late reply never means the wrong one. */
  readonly incident: number
}

const verbs: Readonly<Record<string, TextReply['verb']>> = {
  a: 'acknowledge',
  ack: 'acknowledge',
  acknowledge: 'acknowledge',
  c: 'resolve',
  close: 'resolve',
  resolve: 'resolve',
  e: 'escalate',
  escalate: 'escalate',
}

const wordFirst = /^([a-z]+)\s*(?:inc-?|#)?\s*(\d{1,9})$/
const numberFirst = /^(?:inc-?|#)?\s*(\d{1,9})\s*([a-z]+)$/

/**
 * Reads a reply such as `ack 42`, `42a`, `'42 c'` or `close INC-42`, as people type them at night: case, quotes and blanks do not count.
 * Source: the replies that GoAlert takes, test/smoke/twiliosmsreplycode_test.go.
 * @returns `undefined` for anything else
 */
export function readReply(text: string): TextReply | undefined {
  const plain = text
    .toLowerCase()
    .replaceAll(/['"‘’“”.!]/g, ' ')
    .trim()
  const [, word = '', number = ''] = wordFirst.exec(plain) ?? []
  const [, first = '', last = ''] = numberFirst.exec(plain) ?? []
  const verb = word === '' ? last : word
  if (!Object.hasOwn(verbs, verb)) return undefined
  const meant = verbs[verb]
  return meant === undefined ? undefined : { verb: meant, incident: Number(number === '' ? first : number) }
}
