import { writtenIdentifier, quotedIdentifier } from '../domain/values/sql-identifier.ts'

/** What `init` is told, or finds out. */
export interface InitAnswers {
  /** `undefined`: no table yet, so alerts come from elsewhere only. */
  readonly watch: WatchAnswers | undefined
  readonly service: string
  readonly person: PersonAnswers
}

export interface WatchAnswers {
  readonly table: TableName
  readonly timeColumn: string
  readonly metric: MetricAnswers
  /** Such as `1m`. */
  readonly bucket: string
  readonly rule:
    | { readonly kind: 'threshold'; readonly op: '>' | '<'; readonly value: number }
    | { readonly kind: 'same-time' }
}

export interface TableName {
  readonly database: string
  readonly table: string
}

export const metricKinds = ['count', 'sum', 'average', 'quantile', 'ratio'] as const
/** How much time is judged at once, and its seconds. */
export const buckets = { '10s': 10, '1m': 60, '5m': 300, '15m': 900, '1h': 3_600, '1d': 86_400 } as const
export const checkKinds = ['threshold', 'same-time'] as const
export const operators = ['>', '<'] as const
export type MetricKind = (typeof metricKinds)[number]

export type MetricAnswers =
  | { readonly kind: 'count' }
  | { readonly kind: 'sum' | 'average'; readonly column: string }
  /** `level` from 0 to 1. */
  | { readonly kind: 'quantile'; readonly column: string; readonly level: number }
  /** The share of rows for which an expression of ClickHouse is true, in percent. */
  | { readonly kind: 'ratio'; readonly where: string }

export const contactKinds = ['webhook', 'email', 'slack', 'telegram', 'pagerduty'] as const
export type ContactKind = (typeof contactKinds)[number]

export interface PersonAnswers {
  /** As they write it; the configuration's name is made of it. */
  readonly name: string
  readonly timeZone: string
  readonly contact: ContactKind
  /** Where that is public: a mail address, a Slack id, a chat at Telegram. Never a secret. */
  readonly address: string
}

/** Contacts that need an address beside their secrets, and what it is. */
export const addressWords: Readonly<Partial<Record<ContactKind, string>>> = {
  email: 'mail address, such as ana@example.org',
  slack: 'Slack id of the person or channel, such as U0123456789',
  telegram: 'number of the chat at Telegram, such as 123456789',
}

/** Words that YAML, of either version, takes for something else than text. */
export function isOtherThanText(word: string): boolean {
  return /^(?:true|false|yes|no|on|off|y|n|null|~)$/i.test(word)
}

/** A name as the configuration takes it, made of any text. */
export function nameFrom(text: string, otherwise: string): string {
  const plain = text
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .replaceAll(/[^A-Za-z0-9_-]+/g, '-')
    .replaceAll(/^[^A-Za-z]+|-+$/g, '')
    .slice(0, 40)
  if (plain === '') return otherwise
  // `constructor` and its like are in every object, and YAML takes some words for something else.
  return plain in {} || plain === 'firewatch' || isOtherThanText(plain) ? `${plain}-1` : plain
}

/** `shop.orders`, in backquotes where it needs them. */
export function tableText({ database, table }: TableName): string {
  return `${writtenIdentifier(database)}.${writtenIdentifier(table)}`
}

/** What a metric measures, as an expression of ClickHouse. */
export function metricSql(metric: MetricAnswers): { readonly value: string; readonly of?: string } {
  switch (metric.kind) {
    case 'count':
      return { value: 'count()' }
    case 'sum':
      return { value: `sum(${quotedIdentifier(metric.column)})` }
    case 'average':
      return { value: `avg(${quotedIdentifier(metric.column)})` }
    case 'quantile':
      return { value: `quantile(${metric.level})(${quotedIdentifier(metric.column)})` }
    case 'ratio':
      return { value: `100 * countIf(${metric.where})`, of: 'count()' }
  }
}

/** What people call it. */
export function metricTitle(metric: MetricAnswers, table: TableName): string {
  switch (metric.kind) {
    case 'count':
      return `Rows of ${table.table}`
    case 'sum':
      return `Sum of ${metric.column}`
    case 'average':
      return `Average ${metric.column}`
    case 'quantile':
      return `${Math.round(metric.level * 1000) / 10} % quantile of ${metric.column}`
    case 'ratio':
      return `Share of ${table.table} with ${metric.where}`
  }
}

/** The references that the configuration will have, and what each stands for. */
export function secretsOf({ person }: InitAnswers): readonly (readonly [name: string, what: string])[] {
  switch (person.contact) {
    case 'webhook':
      return [['PAGE_URL', 'address that takes pages by POST, such as https://example.org/hook']]
    case 'email':
      return [['SMTP_URL', 'mail server with its log-in: smtps://user:password@mail.example.org:465']]
    case 'slack':
      return [
        ['SLACK_TOKEN', 'bot token of your Slack app: xoxb-…'],
        ['SLACK_SIGNING_SECRET', 'its signing secret'],
      ]
    case 'telegram':
      return [
        ['TELEGRAM_TOKEN', 'token of your bot, from BotFather'],
        ['TELEGRAM_WEBHOOK_SECRET', 'any long random word; you give it to setWebhook too'],
      ]
    case 'pagerduty':
      return [['PAGERDUTY_KEY', 'integration key of an Events v2 integration, 32 characters']]
  }
}
