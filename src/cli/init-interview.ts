import { formatNumber } from '../domain/values/numbers.ts'
import { identifierParts } from '../domain/values/sql-identifier.ts'
import {
  buckets,
  checkKinds,
  operators,
  type InitAnswers,
  type MetricAnswers,
  type MetricKind,
  metricKinds,
  metricSql,
  tableText,
  type WatchAnswers,
} from './init-answers.ts'
import type { InitFlags } from './init-flags.ts'
import { personOf } from './init-person.ts'
import type { Asker } from './init-questions.ts'
import type { Catalogue } from './installation.ts'
import { tell } from './terminal.ts'

type Table = Awaited<ReturnType<Catalogue['tables']>>[number]

const none = 'none yet'

/** Everything that has to be known for a configuration, question by question. */
export async function interview(
  asker: Asker,
  flags: InitFlags,
  catalogue: Catalogue | undefined,
): Promise<InitAnswers> {
  const watch = flags.clickhouse === false ? undefined : await watched(asker, flags, catalogue)
  const database = watch?.table.database ?? 'app'
  const service = await asker.ask({
    flag: '--service',
    text: 'What is it a part of? A name for the service that is looked after',
    given: flags.service,
    suggested: database === 'default' ? 'app' : database,
  })
  return { watch, service, person: await personOf(asker, flags) }
}

async function watched(
  asker: Asker,
  flags: InitFlags,
  catalogue: Catalogue | undefined,
): Promise<WatchAnswers | undefined> {
  const tables = (await catalogue?.tables()) ?? []
  const names = tables.map(tableText)
  if (catalogue !== undefined && names.length === 0)
    tell('ClickHouse has no table with a time column yet; "firewatch sql" creates one')
  if (flags.table === undefined && names.length === 0) return undefined
  const said = await asker.ask({
    flag: '--table',
    text: 'Which table is watched?',
    given: flags.table,
    suggested: names[0] ?? none,
    ...(names.length === 0 ? {} : { choices: [...names, none] }),
    problem: (answer) =>
      answer === none || identifierParts(answer)?.length === 2
        ? undefined
        : 'write database.table, each in backquotes where it has other characters than letters, digits and "_"',
  })
  if (said === none) return undefined
  const [database = '', table = ''] = identifierParts(said) ?? []
  const known = tables.find((one) => one.database === database && one.table === table)
  const timeColumn = await asker.ask({
    flag: '--time-column',
    text: 'Which column says when it happened?',
    given: flags.timeColumn,
    suggested: known?.timeColumns[0] ?? 'time',
    ...(known === undefined ? {} : { choices: known.timeColumns }),
  })
  const metric = await metricOf(asker, flags, known)
  const bucket = await asker.ask({
    flag: '--bucket',
    text: 'How much time is judged at once?',
    given: flags.bucket,
    suggested: '5m',
    choices: Object.keys(buckets),
  })
  const about = { table: { database, table }, timeColumn, metric, bucket }
  return { ...about, rule: await ruleOf(asker, flags, about, catalogue) }
}

async function metricOf(asker: Asker, flags: InitFlags, table: Table | undefined): Promise<MetricAnswers> {
  const kind = (await asker.ask({
    flag: '--metric',
    text: 'What is measured? The number of rows, a column of numbers, or a share of the rows',
    given: flags.metric,
    suggested: 'count',
    choices: table?.numbers.length === 0 ? ['count', 'ratio'] : metricKinds,
  })) as MetricKind
  switch (kind) {
    case 'count':
      return { kind }
    case 'ratio': {
      const text = 'Of which rows? A condition of ClickHouse, such as status >= 500'
      return { kind, where: await asker.ask({ flag: '--where', text, given: flags.where }) }
    }
    case 'sum':
    case 'average':
      return { kind, column: await columnOf(asker, flags, table) }
    case 'quantile':
      return { kind, column: await columnOf(asker, flags, table), level: await levelOf(asker, flags) }
  }
}

function columnOf(asker: Asker, flags: InitFlags, table: Table | undefined): Promise<string> {
  const [first] = table?.numbers ?? []
  return asker.ask({
    flag: '--column',
    text: 'Of which column?',
    given: flags.column,
    ...(first === undefined ? {} : { suggested: first }),
    ...(table === undefined ? {} : { choices: table.numbers }),
  })
}

async function levelOf(asker: Asker, flags: InitFlags): Promise<number> {
  const problem = (answer: string) =>
    Number(answer) > 0 && Number(answer) < 1 ? undefined : 'it lies between 0 and 1, such as 0.95'
  const question = { flag: '--quantile', text: 'Which quantile?', given: flags.quantile, suggested: '0.95' }
  return Number(await asker.ask({ ...question, problem }))
}

async function ruleOf(
  asker: Asker,
  flags: InitFlags,
  about: Omit<WatchAnswers, 'rule'>,
  catalogue: Catalogue | undefined,
): Promise<WatchAnswers['rule']> {
  const kind = await asker.ask({
    flag: '--check',
    text: 'What is wrong? A value beyond a number (threshold), or far from the same time a day and a week ago (same-time)',
    given: flags.check,
    suggested: 'threshold',
    choices: checkKinds,
  })
  if (kind === 'same-time') return { kind: 'same-time' }
  const op = (await asker.ask({
    flag: '--op',
    text: 'Is it wrong above or below?',
    given: flags.op,
    suggested: '>',
    choices: operators,
  })) as '>' | '<'
  const suggested = flags.threshold === undefined ? await suggestedValue(about, op, catalogue) : undefined
  const value = await asker.ask({
    flag: '--threshold',
    text: 'From which number on?',
    given: flags.threshold,
    ...(suggested === undefined ? { suggested: '100' } : { suggested: String(suggested) }),
    problem: (answer) =>
      answer.trim() !== '' && Number.isFinite(Number(answer))
        ? undefined
        : 'it is a number, such as 100 or 0.5',
  })
  return { kind: 'threshold', op, value: Number(value) }
}

/** Half as much again as the most of the last day, or half of the least; `undefined` where nothing was measured. */
async function suggestedValue(
  { table, timeColumn, metric, bucket }: Omit<WatchAnswers, 'rule'>,
  op: '>' | '<',
  catalogue: Catalogue | undefined,
): Promise<number | undefined> {
  const { value, of } = metricSql(metric)
  const sql = of === undefined ? value : `(${value}) / (${of})`
  const bucketSeconds = buckets[bucket as keyof typeof buckets] ?? 300
  // A table that is not there yet, or an expression that does not fit, suggests nothing; the check will say so.
  const values = await catalogue?.recent({ ...table, timeColumn, sql, bucketSeconds }).catch(() => [])
  if (values === undefined || values.length === 0) return undefined
  const edge = op === '>' ? 1.5 * Math.max(...values) : 0.5 * Math.min(...values)
  tell(
    `the last day: ${formatNumber(Math.min(...values))} to ${formatNumber(Math.max(...values))} in ${values.length} buckets with rows`,
  )
  return Number(edge.toPrecision(2))
}
