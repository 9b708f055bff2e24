import { type HttpPost, outcomeOfRefusal } from '../domain/page/delivery.ts'
import { responseLimits } from './limits.ts'
import { escaped } from './mrkdwn.ts'

export interface ResponsesOptions {
  readonly post: HttpPost
  readonly timeoutMs: number
  /** The only hosts that results go to: the address comes in with a request. */
  readonly hosts: readonly string[]
  readonly now: () => Date
  /** Between two tries. */
  readonly pauseMs: number
  readonly log: (message: string, reason: string) => void
}

const mostTries = 3
const loopback = ['127.0.0.1', '[::1]', 'localhost']

/**
 * Tells the one who pressed or typed what came of it, and nobody else. An address may be used five times within half an hour, so a few tries are made
 * and then it is left: https://docs.slack.dev/interactivity/handling-user-interaction#message_responses
 */
export function createResponses({ post, timeoutMs, hosts, now, pauseMs, log }: ResponsesOptions) {
  return async (address: string, text: string): Promise<void> => {
    const url = allowed(address, hosts)
    if (url === undefined)
      return log('a result was not sent', 'its address is not on a host of responseHosts')
    const body = JSON.stringify({ response_type: 'ephemeral', replace_original: false, text: escaped(text) })
    const headers = { 'content-type': 'application/json; charset=utf-8', 'user-agent': 'Firewatch' }
    const signal = AbortSignal.timeout(responseLimits.validMs)
    let reason = ''
    for (let tries = 1; tries <= Math.min(mostTries, responseLimits.uses); tries++) {
      if (tries > 1) await new Promise((resolve) => setTimeout(resolve, pauseMs * (tries - 1)))
      const answer = await post({ url, headers, body, timeoutMs, signal })
      if (answer.kind === 'answered' && answer.status >= 200 && answer.status < 300) return
      reason = answer.kind === 'answered' ? `answered ${answer.status}` : answer.reason
      // Somebody who reads a result twice is worse off than one who looks into the message, which shows it too.
      if (answer.kind === 'no-answer' && answer.begun) break
      if (
        answer.kind === 'answered' &&
        outcomeOfRefusal(answer.status, '', undefined, now()).kind === 'final'
      )
        break
    }
    log('a result was not sent', reason)
  }
}

/** https only, except to a machine's own loopback, where only a configuration can lead. */
function allowed(address: string, hosts: readonly string[]): URL | undefined {
  const url = URL.parse(address)
  if (url === null || !hosts.includes(url.host) || url.username !== '' || url.password !== '')
    return undefined
  const isSafe = url.protocol === 'https:' || (url.protocol === 'http:' && loopback.includes(url.hostname))
  return isSafe ? url : undefined
}
