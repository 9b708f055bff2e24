import {
  type InitAnswers,
  isOtherThanText,
  metricSql,
  metricTitle,
  nameFrom,
  type PersonAnswers,
  secretsOf,
  tableText,
  type WatchAnswers,
} from './init-answers.ts'
import { writtenIdentifier } from '../domain/values/sql-identifier.ts'
import { oneLine } from './terminal.ts'

/** `firewatch.yaml` for these answers, with a line about each key. @param path of the file, for the commands that it names */
export function configurationText(answers: InitAnswers, path: string): string {
  const service = nameFrom(answers.service, 'app')
  const { watch, person } = answers
  return [
    head(path),
    `# In which zone "the same time a day ago" and quiet hours count.
timeZone: ${scalar(person.timeZone)}`,
    `# What you look after. Alerts, incidents and reviews name it.
services:
  ${service}:
    owner: ${nameFrom(person.name, 'me')}              # who owns what is left to do after an incident`,
    watch === undefined ? noWatch : watched(watch, service),
    people(person),
    tail(answers, path),
  ].join('\n\n')
}

function head(path: string): string {
  return `# What Firewatch watches, and whom it pages. Written by "firewatch init"; change it as you like.
# docs/configuration.md explains every key, and this says whether the file is right:
#   firewatch config validate ${comment(path)}`
}

const noWatch = `# Nothing is watched in ClickHouse yet: alerts come in by HTTP (docs/intake.md). With a table, a check looks like this:
# sources:
#   orders: { table: shop.orders, timeColumn: time }
# metrics:
#   orders: { kind: count, source: orders, sql: count() }
# checks:
#   orders-drop: { service: app, metrics: [orders], bucket: 5m, detector: { kind: threshold, op: '<', value: 1 } }`

function watched(watch: WatchAnswers, service: string): string {
  const source = nameFrom(watch.table.table, 'rows')
  const metric = `${source}-${watch.metric.kind}`
  return `# Tables of ClickHouse with one row for each thing that happened.
sources:
  ${source}:
    table: ${scalar(tableText(watch.table))}
    timeColumn: ${scalar(writtenIdentifier(watch.timeColumn))}   # when it happened

# What is measured in each bucket of time.
metrics:
  ${metric}:
    title: ${scalar(metricTitle(watch.metric, watch.table))}   # how messages call it
${metricLines(watch, source)}

# What is wrong when.
checks:
  ${metric}-check:
    service: ${service}
    metrics: [${metric}]
    bucket: ${watch.bucket}                 # so much time is judged at once
    late: ${watch.bucket === '10s' ? '2s' : '30s'}                  # rows may come in so much later
${detectorLines(watch)}
    clearAfter: 2              # good buckets in a row after which it is over
    firstDataWithin: 1h        # while the table never had a row, nobody is told for so long
    silentAfter: 1d            # no rows at all for so long is an alert of its own
    severity: critical         # critical opens P1, warning P2, info P3`
}

function metricLines({ metric }: WatchAnswers, source: string): string {
  const { value, of } = metricSql(metric)
  const kind = { count: 'count', sum: 'gauge', average: 'gauge', quantile: 'gauge', ratio: 'ratio' }[
    metric.kind
  ]
  const what =
    of === undefined
      ? [`    sql: ${scalar(value)}   # an aggregate of ClickHouse`]
      : [`    numerator: ${scalar(value)}`, `    denominator: ${scalar(of)}`, "    unit: '%'"]
  return [
    `    kind: ${kind}                # count, unique, gauge or ratio: what no rows mean`,
    `    source: ${source}`,
    ...what,
  ].join('\n')
}

function detectorLines({ rule }: WatchAnswers): string {
  if (rule.kind === 'same-time')
    return `    # Fires when it is half or double of the same time a day ago and a week ago: it needs a week of rows.
    detector: { kind: same-time, threshold: 0.5 }`
  return `    # Fires while the metric is ${rule.op === '>' ? 'above' : 'below'} the value.
    detector: { kind: threshold, op: '${rule.op}', value: ${rule.value} }`
}

function people(person: PersonAnswers): string {
  const name = nameFrom(person.name, 'me')
  return `# Who may be paged, and how. Secrets never stand here, only where they are: \${env:NAME} or \${file:/path}.
users:
  ${name}:
    title: ${scalar(person.name)}
    role: admin                # viewer reads, responder acts, admin also makes tokens
    timeZone: ${scalar(person.timeZone)}
    contacts:                  # tried in this order
      - ${contactText(person)}
${integrations(person)}
# Who is on call when. With two people in it, they take turns.
schedules:
  main:
    layers:
      - rotation:
          start: 2026-01-05T09:00   # a Monday: hand-offs are on Mondays at nine
          every: weekly
          participants: [${name}]

# Whom to page, in which order.
policies:
  default:
    steps:
      - notify: [{ schedule: main }]
        ackTimeout: 5m         # then the next step, unless somebody acknowledges
      - notify: [${name}]
    repeat: 2                  # all steps so many times more

# Which alert goes to which policy; the last route takes everything.
routes:
  - policies: { default: default }
    stableFor: 5m              # all alerts clear for so long: resolved`
}

function contactText({ contact, address }: PersonAnswers): string {
  switch (contact) {
    case 'webhook':
      return `{ channel: webhook, url: '\${env:PAGE_URL}' }`
    case 'email':
      return `{ channel: email, address: ${scalar(address)} }`
    case 'slack':
      return `{ channel: slack, to: ${scalar(address)} }`
    case 'telegram':
      return `{ channel: telegram, chatId: ${scalar(address)}, token: '\${env:TELEGRAM_TOKEN}' }`
    case 'pagerduty':
      return `{ channel: pagerduty, routingKey: '\${env:PAGERDUTY_KEY}' }`
  }
}

function integrations({ contact, address }: PersonAnswers): string {
  switch (contact) {
    case 'email':
      return `
# The mail server that takes our mail, and from whom it is.
integrations:
  email: { url: '\${env:SMTP_URL}', from: ${scalar(`Firewatch <${address}>`)} }
`
    case 'slack':
      return `
# Your Slack app: docs/channels.md says how to make one.
integrations:
  slack: { token: '\${env:SLACK_TOKEN}', signingSecret: '\${env:SLACK_SIGNING_SECRET}' }
`
    case 'telegram':
      return `
# With it pages have buttons; docs/channels.md says how to set the bot up.
integrations:
  telegram: { webhookSecret: '\${env:TELEGRAM_WEBHOOK_SECRET}' }
`
    case 'webhook':
    case 'pagerduty':
      return ''
  }
}

function tail(answers: InitAnswers, path: string): string {
  const lines = nextSteps(answers, path).map((line) => `#   ${comment(line)}`)
  const secrets = secretsOf(answers).map(([name, what]) => `#   ${name}=   # ${what}`)
  return `# The references above are read from the environment of "firewatch up":
${secrets.join('\n')}
#
# Next:
${lines.join('\n')}
`
}

/** The commands that come next, as they can be typed. */
export function nextSteps(answers: InitAnswers, path: string): string[] {
  const secrets = secretsOf(answers).map(([name]) => `export ${name}=…`)
  const config = path === 'firewatch.yaml' ? '' : ` --config ${shellWord(path)}`
  const name = nameFrom(answers.person.name, 'me')
  return [
    ...secrets,
    `firewatch config validate${path === 'firewatch.yaml' ? '' : ` ${shellWord(path)}`} --env`,
    `firewatch up${config}`,
    `firewatch test-page ${name}   # in another terminal`,
    'firewatch checks',
  ]
}

function shellWord(text: string): string {
  return /^[\w./-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`
}

/** Not U+FFFD for what cannot be shown: a configuration that holds one is taken for a file in another encoding. */
function comment(text: string): string {
  return oneLine(text).replaceAll(/[^\P{C}]|\ufffd/gu, '?')
}

/** A text as YAML: plain where that is the same, otherwise in quotation marks with whatever is not printable escaped. */
function scalar(text: string): string {
  if (/^[A-Za-z_][\w./-]*$/.test(text) && !isOtherThanText(text)) return text
  return JSON.stringify(text.toWellFormed()).replaceAll(
    /[\u007f-\u009f\u2028\u2029\ufeff\ufffd-\uffff]/g,
    (character) => {
      return String.raw`\u` + character.charCodeAt(0).toString(16).padStart(4, '0')
    },
  )
}
