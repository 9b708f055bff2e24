import { firstUnder, keysOf, type Part, textIn, under } from './foreign.ts'
import type { Report } from './report.ts'

/** A contact as `firewatch.yaml` has it. */
export interface ReadContact {
  readonly kind: 'webhook' | 'pagerduty' | 'telegram' | 'slack' | 'email'
  /** What people call it, where its address says little. */
  readonly title?: string
  readonly contact: object
}

/** @param name of the policy: variables are named after it */
type ContactReader = (config: Part, name: string, report: Report) => ReadContact[]

/** By the key of the receiver. Secrets are never taken over: `…_file` becomes a reference to that file, anything else one to a variable. */
export const contactReaders: Readonly<Record<string, ContactReader>> = {
  pagerduty_configs: readPagerDuty,
  slack_configs: readSlack,
  webhook_configs: readWebhook,
  email_configs: readEmail,
  telegram_configs: readTelegram,
}

/** What says the same here anyway: resolved alerts are always told where it matters. */
const silentlyLeft = ['send_resolved', 'max_alerts']

/** Keys that were not taken, by name: their values may be secrets. */
function tellLeft(config: Part, taken: readonly string[], report: Report): void {
  const left = keysOf(config).filter((key) => !taken.includes(key) && !silentlyLeft.includes(key))
  if (left.length > 0)
    report.not(config.path, `${left.join(', ')}: Firewatch writes and sends in its own way`)
}

/** A reference to a secret: to the file that it is in already, else to a new variable. */
function secret(config: Part, key: string, wanted: string, meaning: string, report: Report): string {
  const file = textIn(under(config, `${key}_file`))
  if (file !== undefined && /^\/[^\s{}$]+$/.test(file)) return `\${file:${file}}`
  return report.reference(wanted, `${meaning}: ${config.path}.${key} of Alertmanager`)
}

function readPagerDuty(config: Part, name: string, report: Report): ReadContact[] {
  const key =
    firstUnder(config, ['routing_key', 'routing_key_file']) === undefined ? 'service_key' : 'routing_key'
  if (key === 'service_key')
    report.partly(
      config.path,
      'service_key is of the Events API v1: make an Events v2 integration, and use its key',
    )
  const taken = ['routing_key', 'routing_key_file', 'service_key', 'service_key_file']
  tellLeft(config, taken, report)
  const routingKey =
    key === 'service_key'
      ? report.reference(`${name}_PAGERDUTY_KEY`, 'key of an Events v2 integration of PagerDuty')
      : secret(config, key, `${name}_PAGERDUTY_KEY`, 'integration key of PagerDuty', report)
  return [{ kind: 'pagerduty', contact: { channel: 'pagerduty', routingKey } }]
}

const slackId = /^[CDGUW][A-Z0-9]{2,20}$/

function readSlack(config: Part, _name: string, report: Report): ReadContact[] {
  const channel = textIn(under(config, 'channel')) ?? ''
  const isId = slackId.test(channel)
  const to = isId ? channel : `CREPLACE${channel.toUpperCase().replaceAll(/[^A-Z0-9]/g, '')}`.slice(0, 20)
  const written = channel === '' ? 'the channel of its webhook' : channel
  report.partly(
    config.path,
    `messages go out by your own app of Slack, see integrations.slack${isId ? '' : `; put the id of ${written} in the place of ${to}`}`,
  )
  tellLeft(config, ['channel', 'api_url', 'api_url_file'], report)
  return [{ kind: 'slack', ...(isId ? {} : { title: written }), contact: { channel: 'slack', to } }]
}

function readWebhook(config: Part, name: string, report: Report): ReadContact[] {
  report.partly(
    config.path,
    "the address gets pages in Firewatch's own JSON: change what reads Alertmanager's there",
  )
  tellLeft(config, ['url', 'url_file'], report)
  const url = secret(config, 'url', `${name}_WEBHOOK_URL`, 'address of a webhook', report)
  return [{ kind: 'webhook', contact: { channel: 'webhook', url } }]
}

const address = /^[\w.!#$%&'*+/=?^`|~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252}[A-Za-z0-9])?$/

function readEmail(config: Part, _name: string, report: Report): ReadContact[] {
  tellLeft(config, ['to', 'from', 'smarthost'], report)
  const written = (textIn(under(config, 'to')) ?? '').split(',').map((one) => one.trim())
  return written.flatMap((one): ReadContact[] => {
    const plain = /<([^<>]*)>$/.exec(one)?.[1] ?? one
    if (address.test(plain)) return [{ kind: 'email', contact: { channel: 'email', address: plain } }]
    report.not(`${config.path}.to`, 'has what is no plain address, such as a template')
    return []
  })
}

function readTelegram(config: Part, name: string, report: Report): ReadContact[] {
  tellLeft(config, ['chat_id', 'bot_token', 'bot_token_file', 'chat'], report)
  const chatId = textIn(firstUnder(config, ['chat_id', 'chat']) ?? { path: '', value: '' }) ?? ''
  if (!/^(?:-?[1-9]\d{0,15}|@[A-Za-z]\w{3,31})$/.test(chatId)) {
    report.not(`${config.path}.chat_id`, 'is not a chat')
    return []
  }
  const token = secret(config, 'bot_token', `${name}_TELEGRAM_TOKEN`, 'token of a Telegram bot', report)
  return [{ kind: 'telegram', contact: { channel: 'telegram', chatId, token } }]
}
