import { createHmac, timingSafeEqual } from 'node:crypto'
import { pageLinkMs } from '../domain/page/page-link.ts'

export interface AnswerLinksOptions {
  /** Of at least {@link shortestKey} characters; whoever has it may acknowledge as anybody. */
  readonly key: string
  /** Where people's links lead. */
  readonly publicUrl: string
  readonly now: () => Date
}

/** 128 bits in hex. */
export const shortestKey = 32

/** Binds the signature to what it is for: the key may sign other things one day. */
const purpose = 'firewatch/acknowledge/v1'

/**
 * Links that acknowledge all that the message of a page tells of, as its person. The token says which page and until when, and its HMAC that we said
 * so; it is good for nothing else, and no longer than the link that opens the page's incident.
 */
export function createAnswerLinks({ key, publicUrl, now }: AnswerLinksOptions) {
  if (key.length < shortestKey)
    throw new Error(`the key of answer links must have at least ${shortestKey} characters`)
  return {
    /** Counted from when the page was made, so that every try of it carries the same link. */
    urlOf: ({ id, createdAt }: { readonly id: string; readonly createdAt: string }): string => {
      const content = `${Math.floor((Date.parse(createdAt) + pageLinkMs) / 1000)} ${id}`
      const token = `${Buffer.from(content).toString('base64url')}.${signatureOf(key, content)}`
      return `${publicUrl.replace(/\/+$/, '')}/answers/${token}`
    },

    /** The id of the page that a token answers; `undefined` when it is not ours or no longer good. */
    pageOf: (token: string): string | undefined => {
      const [encoded = '', signature = ''] = token.split('.')
      const content = Buffer.from(encoded, 'base64url').toString('utf8')
      if (!isSame(signature, signatureOf(key, content))) return undefined
      const { until = '', page } = /^(?<until>\d+) (?<page>.+)$/.exec(content)?.groups ?? {}
      return Number(until) * 1000 > now().getTime() ? page : undefined
    },
  }
}

function signatureOf(key: string, content: string): string {
  return createHmac('sha256', key).update(`${purpose}\n${content}`).digest('base64url')
}

function isSame(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)]
  return a.length === b.length && timingSafeEqual(a, b)
}
