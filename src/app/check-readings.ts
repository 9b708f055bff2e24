import { waitingChecks } from '../domain/check/first-data.ts'
import { fingerprintOf } from '../domain/alert/alert.ts'
import { identityOf } from '../domain/check/alerts.ts'
import { checkMutes } from '../domain/check/mutes.ts'
import type { Configuration } from '../domain/configuration/configuration.ts'
import { seriesWords } from '../domain/check/verdict-words.ts'
import type { Series, Verdict } from '../domain/check/verdict.ts'
import type { CheckReader, CheckReading } from '../web/dependencies.ts'
import { watchedSeries } from '../domain/check/check.ts'
import type { Records } from './records.ts'
import { own } from '../domain/values/own.ts'

/** Buckets shown of each series. */
const bucketsShown = 60

/** What the console reads of checks: those that are configured now, with their verdicts of late. */
export function createCheckReadings(
  verdicts: Pick<Records['verdicts'], 'standings' | 'muted' | 'firstDataWaits' | 'newest' | 'since'>,
  running: () => Configuration,
  incidentsOf: Records['board']['incidentsOf'],
): Omit<CheckReader, 'details'> {
  return {
    standings: () => verdicts.standings(),
    mutes: async () => checkMutes(await verdicts.muted(), running().checks),
    waiting: async () => waitingChecks(await verdicts.firstDataWaits(), running()),
    names: async () => Object.keys(running().checks),

    async read(name: string, most: number): Promise<CheckReading | undefined> {
      const configuration = running()
      const check = own(configuration.checks, name)
      if (check === undefined) return undefined
      const newest = await verdicts.newest(name, most)
      const [first] = newest
      if (first === undefined) return { check, series: [], more: 0 }
      const from = new Date(Date.parse(first.bucketAt) - (bucketsShown - 1) * check.bucketMs).toISOString()
      const bySeries = Map.groupBy(await verdicts.since(newest, from), keyOf)
      const incidents = await incidentsOf(
        newest.filter(({ state }) => state !== 'ok').map(fingerprintOfSeries),
      )
      const series = newest.map((verdict) => {
        const metric = own(configuration.metrics, verdict.metric)
        const incident = incidents.get(fingerprintOfSeries(verdict))
        return {
          title: seriesWords(metric?.title ?? verdict.metric, verdict),
          verdicts: upTo(bySeries.get(keyOf(verdict)) ?? [], verdict),
          ...(metric?.unit === undefined ? {} : { unit: metric.unit }),
          ...(incident === undefined ? {} : { incident }),
        }
      })
      return { check, series, more: Math.max(0, watchedSeries(check, configuration).length - series.length) }
    },
  }
}

/** A run may end between the two questions: all series are shown as of the same bucket. */
function upTo(verdicts: readonly Verdict[], newest: Verdict): Verdict[] {
  return [...verdicts.filter(({ bucketAt }) => bucketAt < newest.bucketAt), newest]
}

function fingerprintOfSeries(series: Series): string {
  return fingerprintOf(identityOf(series))
}

function keyOf({ metric, slice, group }: Series): string {
  return JSON.stringify([metric, slice, group])
}
