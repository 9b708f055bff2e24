import type { Heartbeat } from '../domain/configuration/configuration.ts'
import { failureText, type HttpPost } from '../domain/page/delivery.ts'

export interface HeartbeatOptions {
  readonly post: HttpPost
  readonly timeoutMs: number
  /** Throws with a message that names the reference, never its value. */
  readonly resolveSecret: (reference: string) => Promise<string>
}

/**
 * Tells a watchdog outside that all is well, by a POST to its address; silence is what alarms it. The address is a secret: whoever knows it can
 * keep the watchdog quiet. Sources: https://healthchecks.io/docs/http_api/, https://docs.dead-mans-snitch.com/
 */
export function createHeartbeat({ post, timeoutMs, resolveSecret }: HeartbeatOptions) {
  return {
    /** Sends once. @returns why it was not taken, without the address; `null` when it was */
    async send({ url: reference }: Heartbeat, signal: AbortSignal): Promise<{ problem: string | null }> {
      try {
        const url = URL.parse(await resolveSecret(reference))
        if (url === null || !['http:', 'https:'].includes(url.protocol))
          return { problem: `${reference} stands for no address that begins with http:// or https://` }
        const answer = await post({ url, headers, body: 'all is well', timeoutMs, signal })
        if (answer.kind === 'no-answer') return { problem: answer.reason }
        const isTaken = answer.status >= 200 && answer.status < 300
        return { problem: isTaken ? null : `answered ${answer.status}` }
      } catch (error) {
        return { problem: failureText(error, 'the address cannot be read') }
      }
    },
  }
}

const headers = { 'content-type': 'text/plain; charset=utf-8', 'user-agent': 'Firewatch' }
