import type { Command } from 'commander'
import { alertTitle } from '../../domain/alert/alert-title.ts'
import type { CurrentAlert } from '../../domain/alert/current-alert.ts'
import { leftOutOf, leftOutWords } from '../../domain/alert/left-out.ts'
import { formatMatcher } from '../../domain/alert/matcher-text.ts'
import { shortSilenceId } from '../../domain/alert/silence.ts'
import { matchersOfWords } from '../../domain/alert/silence-request.ts'
import { cutText } from '../../domain/page/delivery.ts'
import { stampWords } from '../../domain/values/zoned-words.ts'
import { oneLine, print, table } from '../terminal.ts'
import { api, inZone, type Options, reading, timed } from './incidents.ts'

interface Listed {
  readonly alerts: readonly CurrentAlert[]
  readonly total: number
  readonly timeZone: string
}

const longestShown = 60

/** `alerts`: what fires now, whatever incident it is in. */
export function addAlertCommands(program: Command): void {
  const alerts = program
    .command('alerts')
    .description('what fires now, also what is silenced, inhibited or pages nobody')
  timed(
    reading(alerts, 'list [matchers...]', 'those whose labels match, the newest first').addHelpText(
      'after',
      '\nMatchers are written as in Alertmanager: firewatch alerts list service=feed \'severity=~"critical|page"\'',
    ),
  ).action(async (words: string[], options: Options) => {
    const server = await api(options)
    const filter = matchersOfWords(words).join(',')
    const path = inZone(`/api/v1/alerts?filter=${encodeURIComponent(filter)}`, options)
    const listed = await server.get<Listed>(path)
    print(options, listed.alerts, () => alertsText(listed))
  })
}

/** A table of them, with what is not in it. */
export function alertsText({ alerts, total, timeZone }: Listed): string {
  if (total === 0) return 'nothing that fires matches'
  const rows = alerts.map((alert) => [
    suppressedText(alert),
    stampWords(Date.parse(alert.startsAt), timeZone),
    cutText(oneLine(alertTitle(alert)), longestShown),
    alert.source,
    cutText(oneLine(labelsText(alert)), 2 * longestShown),
  ])
  const more = total > alerts.length ? `\nand ${total - alerts.length} more` : ''
  const leftOut = leftOutOf(alerts)
  const beside = leftOut === undefined ? '' : `\nand ${leftOutWords(leftOut)}: ${leftOut.remedy}`
  return `${table(['state', 'since', 'alert', 'from', 'labels'], rows)}${more}${beside}`
}

function suppressedText({ silencedBy, inhibitedBy }: CurrentAlert): string {
  const [silence] = silencedBy
  if (silence !== undefined) return `silenced ${shortSilenceId(silence)}`
  return inhibitedBy.length > 0 ? 'inhibited' : 'fires'
}

function labelsText({ labels }: CurrentAlert): string {
  return Object.entries(labels)
    .map(([name, value]) => formatMatcher({ name, operator: '=', value }))
    .join(' ')
}
