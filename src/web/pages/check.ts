import type { CheckMute } from '../../domain/check/mutes.ts'
import type { CheckReading } from '../dependencies.ts'
import { html, type Html } from '../html.ts'
import { seriesBoard } from './check-series.ts'
import { settingsOf } from './check-words.ts'
import { countsOf, mutedText, totalWords } from './checks.ts'
import { layout } from './layout.ts'
import { instant } from './words.ts'

export interface CheckPage {
  readonly reading: CheckReading
  readonly mutes: readonly CheckMute[]
  readonly person: string
  readonly now: string
}

/** One check: how it judged each of its series, and what it fires by. */
export function checkPage({ reading, mutes, person, now }: CheckPage): Html {
  const { check, series, more } = reading
  const muted = mutes.find((one) => one.check === check.name)
  const newest = series[0]?.verdicts.at(-1)
  const shown = more === 0 ? '' : ` of those shown; ${more} more are not`
  return layout({
    title: `Check ${check.name}`,
    area: 'checks',
    person,
    body: html`<h1>Check ${check.name}</h1>
<p class="lead">${newest === undefined ? 'It has not run yet.' : html`${totalWords(countsOf(series))}${shown}. <span class="quiet">Newest bucket ${instant(newest.bucketAt)}</span>`}</p>
${muted === undefined ? null : mutedText(muted)}
${
  series.length === 0
    ? null
    : seriesBoard(
        `Series of ${check.name}`,
        series.map((one) => ({ ...one, check })),
        now,
      )
}
<h2>What it fires by</h2>
<dl class="labels">${[['Service', check.service] as const, ...settingsOf(check)].map(([name, text]) => html`<div><dt>${name}</dt><dd>${text}</dd></div>`)}</dl>
<p class="row"><a class="button" href="/checks">All checks</a></p>`,
  })
}
