import { contactReaders, type ReadContact } from './contacts.ts'
import { AlertmanagerRefused, isTrue, items, keysOf, type Part, textIn, under } from './foreign.ts'
import { nameFrom, type Report, unused } from './report.ts'

export interface ImportedReceiver {
  readonly policy: string
  /** It has no integration at all: what comes to it is told to nobody, on purpose. */
  readonly tellsNobody: boolean
  /** Its channels, by name. */
  readonly channels: readonly string[]
  /** One of its integrations hears of alerts that are over. */
  readonly sendResolved: boolean
}

export interface ImportedReceivers {
  readonly find: (receiver: string) => ImportedReceiver | undefined
  readonly policies: Record<string, object>
  readonly channels: Record<string, object>
  readonly users: Record<string, object>
  /** Accounts that the channels go out by. */
  readonly accounts: ReadonlySet<'slack' | 'email'>
}

/** Whom a policy pages whose receiver could be taken to no channel. */
const standIn = 'on-call'

/** Each receiver becomes a policy of one step, and each of its integrations a channel that the step tells. */
export function importReceivers(file: Part, report: Report): ImportedReceivers {
  const channels: Record<string, object> = {}
  const policies: Record<string, object> = {}
  const found = new Map<string, ImportedReceiver>()
  const accounts = new Set<'slack' | 'email'>()
  let isNeeded = false
  for (const part of items(under(file, 'receivers'))) {
    const name = textIn(under(part, 'name')) ?? ''
    if (name === '') throw new AlertmanagerRefused([`${part.path}.name: is required`])
    const policy = unused(nameFrom(name), (one) => Object.hasOwn(policies, one))
    const read = readIntegrations(part, policy, report)
    const notify = read.contacts.map(({ kind, title, contact }) => {
      const channel = unused(`${policy}-${kind}`, (one) => Object.hasOwn(channels, one))
      channels[channel] = { ...(title === undefined ? {} : { title }), contact }
      if (kind === 'slack' || kind === 'email') accounts.add(kind)
      return { channel }
    })
    policies[policy] = { steps: [{ notify: notify.length === 0 ? [standIn] : notify }] }
    const tellsNobody = read.integrations === 0
    isNeeded ||= notify.length === 0
    found.set(name, {
      policy,
      tellsNobody,
      channels: notify.map(({ channel }) => channel),
      sendResolved: read.sendResolved,
    })
    tellReceiver(part, policy, read, report)
  }
  return {
    find: (receiver) => found.get(receiver),
    policies,
    channels,
    users: { [standIn]: { title: 'On call', ...(isNeeded ? contactsOf(report) : {}) } },
    accounts,
  }
}

/** A policy has to reach somebody. Nothing starts before the address is filled in, so that no page is lost for want of one. */
function contactsOf(report: Report): object {
  const meaning = `address of a webhook for pages to the user ${standIn}, until people have contacts`
  return { contacts: [{ channel: 'webhook', url: report.reference('ON_CALL_WEBHOOK_URL', meaning) }] }
}

/** Those that hear of alerts that are over where they say nothing. Source: prometheus/alertmanager, config/notifiers.go. */
const usuallySendResolved = ['pagerduty_configs', 'telegram_configs', 'webhook_configs']

interface ReadReceiver {
  readonly contacts: readonly ReadContact[]
  /** How many it has, and how many of them could be taken. */
  readonly integrations: number
  readonly taken: number
  readonly sendResolved: boolean
}

function readIntegrations(part: Part, policy: string, report: Report): ReadReceiver {
  const contacts: ReadContact[] = []
  let integrations = 0
  let taken = 0
  let sendResolved = false
  for (const key of keysOf(part)) {
    if (key === 'name') continue
    for (const config of items(under(part, key))) {
      integrations++
      const said = under(config, 'send_resolved')
      sendResolved ||= said.value === undefined ? usuallySendResolved.includes(key) : isTrue(said)
      const read = contactReaders[key]?.(config, policy, report)
      if (read === undefined)
        report.not(config.path, `${key.replace(/_configs$/, '')} is no channel of Firewatch`)
      if (read !== undefined && read.length > 0) taken++
      contacts.push(...(read ?? []))
    }
  }
  return { contacts, integrations, taken, sendResolved }
}

function tellReceiver(
  { path }: Part,
  policy: string,
  { contacts, integrations, taken }: ReadReceiver,
  report: Report,
): void {
  if (integrations === 0)
    return report.partly(
      path,
      'tells nobody: its routes are muted at all times. Incidents are opened and listed all the same; severity "none" opens none',
    )
  if (taken === 0)
    return report.not(path, `none of its integrations could be taken: policy ${policy} pages ${standIn}`)
  const told = `policy ${policy}, which tells ${[...new Set(contacts.map(({ kind }) => kind))].join(', ')}`
  if (taken < integrations) report.partly(path, told)
  else report.full(path, told)
}
