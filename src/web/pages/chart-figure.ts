import { ruleSentence } from '../../domain/chart/rule.ts'
import type { ChartAbout } from '../dependencies.ts'
import { html, type Html } from '../html.ts'

export interface ChartFigure {
  /** Of the wide picture. */
  readonly wide: string
  /** Of the one for phones. */
  readonly narrow: string
  readonly about: ChartAbout
  /** Where its numbers are. */
  readonly numbers: string
  /** Whether it is drawn anew while the page is open. */
  readonly renew?: boolean
}

/** A chart as a picture, dark or light as the reader prefers, with a way to its numbers. */
export function chartFigure({ wide, narrow, about, numbers, renew = false }: ChartFigure): Html {
  const { title, rule, unit } = about
  const sentence = rule === undefined ? null : `${ruleSentence(rule, unit)}. `
  return html`<figure><picture><source media="(max-width: 40rem)" srcset="${narrow}" width="360" height="340"><img class="chart" src="${wide}"${renew ? html` data-renew` : null} alt="Chart of ${title}. Its numbers are in the table linked below." width="640" height="310"></picture>
<figcaption class="quiet">${sentence}<a href="${numbers}">The numbers of ${title} as a table</a></figcaption></figure>`
}

export interface IncidentChart extends Pick<ChartFigure, 'about' | 'numbers' | 'renew'> {
  readonly token: string
}

export function incidentChart({ token, ...figure }: IncidentChart): Html {
  const picture = `/charts/${encodeURIComponent(token)}.svg`
  return chartFigure({ ...figure, wide: picture, narrow: `${picture}?size=narrow` })
}
