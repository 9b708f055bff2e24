import type { Command } from 'commander'
import { missingWords, type WaitingCheck } from '../../domain/check/first-data.ts'
import type { CheckMute } from '../../domain/check/mutes.ts'
import { stampWords } from '../../domain/values/zoned-words.ts'
import { formatNumber } from '../../domain/values/numbers.ts'
import type { CheckStanding, Verdict } from '../../domain/check/verdict.ts'
import { baselineWords } from '../../domain/check/verdict-words.ts'
import type { CheckReading } from '../../web/dependencies.ts'
import { connectApi } from '../api-client.ts'
import { print, table } from '../terminal.ts'
import { inZone, type Options, reading, timed } from './incidents.ts'

interface Standings {
  readonly timeZone: string
  readonly checks: readonly CheckStanding[]
  /** Names of configured checks without any verdict yet. */
  readonly notJudged: readonly string[]
  readonly muted: readonly CheckMute[]
  readonly waiting: readonly WaitingCheck[]
}

/** `checks` and `verdicts`: how what is watched was judged last. */
export function addCheckCommands(program: Command): void {
  timed(reading(program, 'checks', 'list checks with the counts of their newest verdicts')).action(
    async (options: Options) => {
      const api = await connectApi(options.data, process.env)
      const standings = await api.get<Standings>(inZone('/api/v1/checks', options))
      print(options, standings, () => standingsText(standings))
    },
  )

  timed(
    reading(program, 'verdicts <check>', 'the newest verdict of each series of a check, firing ones first'),
  ).action(async (name: string, options: Options) => {
    const api = await connectApi(options.data, process.env)
    const path = inZone(`/api/v1/checks/${encodeURIComponent(name)}/verdicts`, options)
    const reading = await api.get<CheckReading & { readonly timeZone: string }>(path)
    print(options, reading, () => verdictsText(reading))
  })
}

function standingsText({ checks, notJudged, muted, waiting: first, timeZone }: Standings): string {
  const clock = (at: string) => stampWords(Date.parse(at), timeZone, 'second')
  if (checks.length + notJudged.length === 0) return 'no check is configured'
  const judged = checks.map(({ check, bucketAt, firing, ok, unknown }) => [
    check,
    ...[firing, ok, unknown].map(String),
    clock(bucketAt),
  ])
  const waiting = notJudged.map((name) => [name, '-', '-', '-', 'not judged yet'])
  const rows = table(['check', 'firing', 'ok', 'unknown', 'newest bucket'], [...judged, ...waiting])
  const firstData = first.map((one) => waitingText(one, clock))
  return [rows, ...firstData, ...muted.map((mute) => mutedText(mute, clock))].join('\n')
}

function waitingText(
  { check, reason, tables, since, until, isOverdue }: WaitingCheck,
  clock: (at: string) => string,
): string {
  const what = missingWords(reason, tables)
  return isOverdue
    ? `${check}: never had any data: ${what}; looked for since ${clock(since)}`
    : `${check}: waiting for its first data: ${what}; nobody is told before ${clock(until)}`
}

function mutedText({ check, series, until }: CheckMute, clock: (at: string) => string): string {
  return `${check}: messages of ${series} firing series are muted by its cooldown until ${clock(until)}`
}

function verdictsText({
  check,
  series,
  more,
  timeZone,
}: CheckReading & { readonly timeZone: string }): string {
  if (series.length === 0) return `${check.name} was not judged yet`
  const rows = series.flatMap(({ title, verdicts }) => {
    const newest = verdicts.at(-1)
    return newest === undefined ? [] : [rowOf(title, newest, timeZone)]
  })
  const lines = table(['state', 'series', 'value', 'compared with', 'why', 'bucket'], rows)
  return more === 0 ? lines : `${lines}\n${more} more series are not shown`
}

function rowOf(title: string, verdict: Verdict, timeZone: string): string[] {
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
    stampWords(Date.parse(bucketAt), timeZone, 'second'),
  ]
}
