import type { Command } from 'commander'
import { missingWords, type WaitingCheck } from '../../domain/check/first-data.ts'
import type { CheckMute } from '../../domain/check/mutes.ts'
import { formatNumber } from '../../domain/values/numbers.ts'
import type { CheckStanding, Verdict } from '../../domain/check/verdict.ts'
import { baselineWords } from '../../domain/check/verdict-words.ts'
import type { CheckReading } from '../../web/dependencies.ts'
import { connectApi } from '../api-client.ts'
import { print, table } from '../terminal.ts'
import { reading } from './incidents.ts'

interface Options {
  readonly data: string
  readonly json?: boolean
}

interface Standings {
  readonly checks: readonly CheckStanding[]
  /** Names of configured checks without any verdict yet. */
  readonly notJudged: readonly string[]
  readonly muted: readonly CheckMute[]
  readonly waiting: readonly WaitingCheck[]
}

/** `checks` and `verdicts`: how what is watched was judged last. */
export function addCheckCommands(program: Command): void {
  reading(program, 'checks', 'list checks with the counts of their newest verdicts').action(
    async (options: Options) => {
      const api = await connectApi(options.data, process.env)
      const standings = await api.get<Standings>('/api/v1/checks')
      print(options, standings, () => standingsText(standings))
    },
  )

  reading(
    program,
    'verdicts <check>',
    'the newest verdict of each series of a check, firing ones first',
  ).action(async (name: string, options: Options) => {
    const api = await connectApi(options.data, process.env)
    const reading = await api.get<CheckReading>(`/api/v1/checks/${encodeURIComponent(name)}/verdicts`)
    print(options, reading, () => verdictsText(reading))
  })
}

function standingsText({ checks, notJudged, muted, waiting: first }: Standings): string {
  if (checks.length + notJudged.length === 0) return 'no check is configured'
  const judged = checks.map(({ check, bucketAt, firing, ok, unknown }) => [
    check,
    ...[firing, ok, unknown].map(String),
    clock(bucketAt),
  ])
  const waiting = notJudged.map((name) => [name, '-', '-', '-', 'not judged yet'])
  const rows = table(['check', 'firing', 'ok', 'unknown', 'newest bucket (UTC)'], [...judged, ...waiting])
  return [rows, ...first.map(waitingText), ...muted.map(mutedText)].join('\n')
}

function waitingText({ check, reason, tables, since, until, isOverdue }: WaitingCheck): string {
  const what = missingWords(reason, tables)
  return isOverdue
    ? `${check}: never had any data: ${what}; looked for since ${clock(since)} UTC`
    : `${check}: waiting for its first data: ${what}; nobody is told before ${clock(until)} UTC`
}

function mutedText({ check, series, until }: CheckMute): string {
  return `${check}: messages of ${series} firing series are muted by its cooldown until ${clock(until)} UTC`
}

function verdictsText({ check, series, more }: CheckReading): string {
  if (series.length === 0) return `${check.name} was not judged yet`
  const rows = series.flatMap(({ title, verdicts }) => {
    const newest = verdicts.at(-1)
    return newest === undefined ? [] : [rowOf(title, newest)]
  })
  const lines = table(['state', 'series', 'value', 'compared with', 'why', 'bucket (UTC)'], rows)
  return more === 0 ? lines : `${lines}\n${more} more series are not shown`
}

function rowOf(title: string, verdict: Verdict): string[] {
  const { state, value, baselines, reason, bucketAt } = verdict
  const compared = baselines.map(
    (one) => `${one.value === null ? '-' : formatNumber(one.value)} ${baselineWords(one, 'ago')}`,
  )
  return [
    state,
    title,
    value === null ? '-' : formatNumber(value),
    compared.join(', ') || '-',
    reason,
    clock(bucketAt),
  ]
}

function clock(instant: string): string {
  return instant.slice(0, 19).replace('T', ' ')
}
