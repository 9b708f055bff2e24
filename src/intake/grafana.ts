import { isSigned, type RawRequest } from './proof.ts'

/** Either way; Grafana's clock may run ahead of ours. */
const windowSeconds = 300

/**
 * Whether Grafana sent it: HMAC-SHA256 in hex over the body, or over `timestamp:body` where it was told to send a timestamp.
 * https://grafana.com/docs/grafana/latest/alerting/configure-notifications/manage-contact-points/integrations/webhook-notifier/
 * @param timestampHeader as configured here and there; with it what is older than 300 s, or further ahead, is refused
 */
export function isFromGrafana(
  { header, body }: RawRequest,
  secret: string,
  timestampHeader: string | undefined,
  now: Date,
): boolean {
  const signature = header('x-grafana-alerting-signature')
  if (timestampHeader === undefined) return isSigned(signature, secret, [body])
  const timestamp = header(timestampHeader.toLowerCase())
  if (timestamp === undefined || !/^\d{1,12}$/.test(timestamp)) return false
  if (Math.abs(now.getTime() / 1000 - Number(timestamp)) > windowSeconds) return false
  return isSigned(signature, secret, [`${timestamp}:`, body])
}
