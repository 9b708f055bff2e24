import { cutText } from '../page/delivery.ts'
import type { Configuration } from '../configuration/configuration.ts'
import { parseDuration } from '../values/duration.ts'
import { readMoment } from '../values/instant-text.ts'
import { unknownName } from '../values/suggestion.ts'
import { type MaintenanceRequest, windowProblem } from './maintenance.ts'

const longestReason = 500

/** Half-open; epoch milliseconds. */
interface ReadRequest {
  readonly service: string
  readonly from: number
  readonly to: number
  readonly reason: string
}

/** The window that a request means at `now`, or what is not understood or not possible. */
export function readRequest(
  request: MaintenanceRequest,
  { services }: Pick<Configuration, 'services'>,
  now: number,
): ReadRequest | { readonly problem: string } {
  const { service } = request
  if (!Object.hasOwn(services, service))
    return { problem: unknownName('service', service, Object.keys(services)) }
  const span = readSpan(request, now)
  if ('problem' in span) return span
  const { from, to } = span
  const problem = windowProblem(span, now)
  if (problem !== undefined) return { problem }
  const reason = cutText((request.reason ?? '').trim(), longestReason)
  return { service, from, to, reason: reason === '' ? 'no reason was given' : reason }
}

type WrittenSpan = Pick<MaintenanceRequest, 'for' | 'from' | 'to' | 'timeZone'>

/** From when to when, epoch milliseconds, as somebody wrote it at `now`: from now unless it says, with an end or how long it lasts. */
export function readSpan(
  written: WrittenSpan,
  now: number,
): { readonly from: number; readonly to: number } | { readonly problem: string } {
  const from = written.from === undefined ? now : readMoment(written.from, written.timeZone, now)
  if (from === undefined) return { problem: instantProblem('from', written.from ?? '') }
  const to = endOf(written, from, now)
  return typeof to === 'number' ? { from, to } : to
}

function endOf(
  { for: lasting, to, timeZone }: WrittenSpan,
  from: number,
  now: number,
): number | { readonly problem: string } {
  if ((lasting === undefined) === (to === undefined))
    return { problem: 'say either how long it lasts, such as 2h, or when it ends' }
  if (to !== undefined) return readMoment(to, timeZone, now) ?? { problem: instantProblem('to', to) }
  const ms = parseDuration(lasting ?? '')
  if (ms === undefined || ms === 0)
    return { problem: `"${lasting}" is not a duration: write a number with its unit, such as 30m or 2h` }
  return from + ms
}

function instantProblem(which: string, written: string): string {
  return `${which}: "${written}" is not an instant: write one such as 2026-05-01T12:00, with Z or an offset for another zone, 2026-05-01, now, or +2h`
}
