import { writtenDuration } from '../domain/values/duration.ts'
import { durationIn, items, keysOf, type Part, readFile, textIn, under } from './foreign.ts'
import { importInhibition } from './inhibition.ts'
import { importReceivers } from './receivers.ts'
import { createReport, type Report, type ReportEntry, type Variable } from './report.ts'
import { importRoutes } from './routes.ts'
import { importWindows } from './windows.ts'

export { AlertmanagerRefused } from './foreign.ts'
export type { Extent, ReportEntry, Variable } from './report.ts'

/** What an Alertmanager's configuration comes to here. */
export interface AlertmanagerImport {
  /** `firewatch.yaml`, as data. It is valid, and routes as the other does. */
  readonly configuration: object
  readonly report: readonly ReportEntry[]
  /** What has to be filled in before Firewatch starts. */
  readonly variables: readonly Variable[]
}

/**
 * Reads `alertmanager.yml`.
 * @throws AlertmanagerRefused with every path for what Alertmanager would refuse too, and for a tree that cannot be drawn as here
 */
export function importAlertmanager(text: string): AlertmanagerImport {
  const file = readFile(text)
  const report = createReport()
  const windows = importWindows(file, report)
  const receivers = importReceivers(file, report)
  const routes = importRoutes(file, { receivers, windows, report })
  const inhibit = importInhibition(file, report)
  const { users, channels, policies, accounts } = receivers
  const configuration = {
    timeZone: 'UTC',
    ...resolveTimeoutOf(file, report),
    users,
    ...(Object.keys(channels).length === 0 ? {} : { channels }),
    policies,
    routes,
    ...(Object.keys(windows.windows).length === 0 ? {} : { windows: windows.windows }),
    ...(inhibit.length === 0 ? {} : { inhibit }),
    integrations: {
      senders: { prometheus: { title: 'Prometheus' } },
      ...(accounts.has('slack') ? { slack: slackAccount(report) } : {}),
      ...(accounts.has('email') ? { email: emailAccount(file, report) } : {}),
    },
  }
  tellRest(file, report)
  return { configuration, report: report.entries, variables: report.variables }
}

function resolveTimeoutOf(file: Part, report: Report): object {
  const part = under(under(file, 'global'), 'resolve_timeout')
  const ms = durationIn(part)
  if (ms === undefined) return {}
  report.full(part.path, 'resolveTimeout')
  return { resolveTimeout: writtenDuration(Math.max(1_000, Math.ceil(ms / 1_000) * 1_000)) }
}

function slackAccount(report: Report): object {
  return {
    token: report.reference('SLACK_TOKEN', 'token of your app of Slack, which begins with xoxb-'),
    signingSecret: report.reference('SLACK_SIGNING_SECRET', 'signing secret of that app'),
  }
}

const plainSender = /^(?:[^<>"{}\n]*<)?[\w.+-]+@[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?>?$/

function emailAccount(file: Part, report: Report): object {
  const part = under(under(file, 'global'), 'smtp_from')
  const from = textIn(part) ?? ''
  const isPlain = plainSender.test(from)
  report.partly(
    'global.smtp_…',
    `host, user and password of the mail server go into one address${isPlain ? '' : '; write the sender'}`,
  )
  return {
    url: report.reference('SMTP_URL', 'mail server, such as smtps://user:password@mail.example.org'),
    from: isPlain ? from : 'firewatch@example.org',
  }
}

const taken = [
  'route',
  'receivers',
  'inhibit_rules',
  'time_intervals',
  'mute_time_intervals',
  'global',
  'templates',
]

function tellRest(file: Part, report: Report): void {
  const global = under(file, 'global')
  const left = keysOf(global).filter(
    (key) => key !== 'resolve_timeout' && !/^(?:smtp_|slack_api_url)/.test(key),
  )
  if (left.length > 0) report.not('global', `${left.join(', ')}: not used here`)
  const templates = items(under(file, 'templates'))
  if (templates.length > 0) report.not('templates', 'Firewatch writes its own messages')
  for (const key of keysOf(file)) if (!taken.includes(key)) report.not(key, 'is not known')
}
