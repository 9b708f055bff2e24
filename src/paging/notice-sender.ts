import type { Configuration } from '../domain/configuration/configuration.ts'
import { composeShiftNotice, takesNotices } from '../domain/page/shift-notice-message.ts'
import type { SendOutcome } from '../domain/page/page.ts'
import type { ShiftNotice } from '../domain/on-call/shift-notice.ts'
import { errorMessage } from '../domain/values/error-message.ts'
import { own } from '../domain/values/own.ts'
import type { SenderDependencies } from './dependencies.ts'
import { sendTimeoutMs } from './send-page.ts'

/** A sender that does not report by then has died: another tries again. */
const leaseMs = sendTimeoutMs + 5_000
const mostClaimed = 20
/** Tries over one contact; then the person's next one is used. */
const mostTries = 5
/** Before the second try; it doubles from there. */
const retryBaseMs = 2_000

interface DueNotice {
  readonly id: number
  readonly notice: ShiftNotice
  readonly contact: number
  readonly attempts: number
  readonly createdAt: string
}

type Tried =
  | { readonly kind: 'ended'; readonly state: 'sent' | 'failed' | 'unknown'; readonly error: string | null }
  | {
      readonly kind: 'again'
      readonly at: Date
      readonly contact: number
      readonly attempts: number
      readonly error: string
    }

export interface NoticeSenderDependencies
  extends Pick<SenderDependencies, 'channels' | 'running' | 'publicUrl' | 'log' | 'now'> {
  readonly notices: {
    claim(options: { now: Date; leaseMs: number; limit: number }): Promise<readonly DueNotice[]>
    settle(id: number, tried: Tried, now: Date): Promise<void>
  }
}

/** Tells people by their own contacts that somebody put them on call or took them off. Pages do not wait for it. */
export function createNoticeSender(deps: NoticeSenderDependencies) {
  return {
    mostClaimed,
    /** Sends what is due now; how many that were. */
    async sendDue(): Promise<number> {
      const due = await deps.notices.claim({ now: deps.now(), leaseMs, limit: mostClaimed })
      await Promise.all(due.map((one) => sendNotice(deps, one)))
      return due.length
    },
  }
}

async function sendNotice(deps: NoticeSenderDependencies, due: DueNotice): Promise<void> {
  const contacts = contactsOf(deps.running(), due.notice.person)
  const tried = await tryContact(deps, due, contacts)
  await deps.notices.settle(due.id, tried, deps.now())
  const about = { notice: due.id, person: due.notice.person, schedule: due.notice.schedule }
  if (tried.kind === 'ended' && tried.state === 'sent') deps.log.info(about, 'on-call notice sent')
  else deps.log.warn({ ...about, reason: tried.error }, 'an on-call notice could not be sent')
}

function contactsOf({ users }: Configuration, person: string) {
  return (own(users, person)?.contacts ?? []).filter(({ channel }) => takesNotices(channel))
}

async function tryContact(
  deps: NoticeSenderDependencies,
  { id, notice, contact: index, attempts, createdAt }: DueNotice,
  contacts: ReturnType<typeof contactsOf>,
): Promise<Tried> {
  const contact = contacts[index]
  if (contact === undefined)
    return { kind: 'ended', state: 'failed', error: 'no contact of theirs takes notices' }
  const { users, timeZone: usual } = deps.running()
  const timeZone = own(users, notice.person)?.timeZone ?? usual
  const key = `${deps.publicUrl}/on-call-notice/${id}`
  const message = composeShiftNotice(notice, { key, timeZone, publicUrl: deps.publicUrl, at: createdAt })
  const channel = deps.channels[contact.channel]
  const outcome = await channel
    .send(contact, message, AbortSignal.timeout(sendTimeoutMs))
    .catch((error: unknown): SendOutcome => ({ kind: 'retry', error: errorMessage(error) }))
  return triedOf(
    outcome,
    { index, attempts, hasKey: channel.hasKey, isLast: contacts[index + 1] === undefined },
    deps.now(),
  )
}

function triedOf(
  outcome: SendOutcome,
  { index, attempts, hasKey, isLast }: { index: number; attempts: number; hasKey: boolean; isLast: boolean },
  now: Date,
): Tried {
  if (outcome.kind === 'sent') return { kind: 'ended', state: 'sent', error: null }
  const after = (ms: number) => new Date(now.getTime() + ms)
  if (outcome.kind === 'wait')
    return {
      kind: 'again',
      at: after(outcome.waitMs),
      contact: index,
      attempts: attempts - 1,
      error: outcome.reason,
    }
  const { error } = outcome
  // It may have arrived: without a key another try would say it twice.
  if (outcome.kind === 'unknown' && !hasKey) return { kind: 'ended', state: 'unknown', error }
  if (outcome.kind !== 'final' && attempts < mostTries) {
    const asked = outcome.kind === 'retry' ? (outcome.retryAfterMs ?? 0) : 0
    return {
      kind: 'again',
      at: after(Math.max(asked, retryBaseMs * 2 ** (attempts - 1))),
      contact: index,
      attempts,
      error,
    }
  }
  if (isLast) return { kind: 'ended', state: 'failed', error }
  return { kind: 'again', at: now, contact: index + 1, attempts: 0, error }
}
