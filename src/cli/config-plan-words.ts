import { capitalised } from '../domain/values/text.ts'
import type { CheckChange } from '../domain/configuration/check-plan.ts'
import type { FieldChange, NamedChange } from '../domain/configuration/field-changes.ts'
import type { ConfigurationPlan, PersonChange } from '../domain/configuration/plan.ts'
import type { ShiftChanges } from '../domain/configuration/on-call-plan.ts'
import { incidentName } from '../domain/investigate/evidence.ts'
import { datedWords } from '../domain/values/instant-text.ts'
import { nowLines } from './on-call-now.ts'
import { names } from './on-call-reading.ts'

/** What a plan changes, as people read it: who is on call at once first. */
export function planText(plan: ConfigurationPlan, file: string, timeZone: string): string {
  if (plan.from === plan.to) return `${file} changes nothing: revision ${plan.to} runs`
  const parts: readonly (readonly [head: string, lines: readonly string[]])[] = [
    ['On call now', onCallLines(plan, timeZone)],
    ['People', plan.people.map(personLine)],
    ['Senders', plan.senders.map(personLine)],
    ['Policies', plan.policies.map(namedLine)],
    ['Routes', plan.routes.map(fieldWords)],
    ['Open incidents', plan.incidents.map(incidentLine)],
    ['Checks', plan.checks.map((one) => checkLine(one, timeZone))],
    ...Object.entries(plan.sections).map(([name, all]) => [capitalised(name), all.map(namedLine)] as const),
    ['Runbooks', plan.runbooks.map(namedLine)],
    ['Integrations', plan.integrations.map(namedLine)],
    ['Settings', plan.settings.map(fieldWords)],
    ['Coming shifts', plan.shifts.map((one) => shiftLine(one, timeZone))],
  ]
  const told = parts.filter(([, lines]) => lines.length > 0)
  return [
    `${file}: revision ${plan.from} -> ${plan.to}`,
    ...told.map(([head, lines]) => [head, ...lines.map((line) => `  ${line}`)].join('\n')),
  ].join('\n\n')
}

function onCallLines({ now, firstPaged }: ConfigurationPlan, timeZone: string): string[] {
  const lines = [
    ...nowLines(now, timeZone),
    ...firstPaged.map(
      ({ policy, before, after }) =>
        `now: ${policy} pages ${names(after)} first, instead of ${names(before)}`,
    ),
  ]
  return lines.length === 0 ? ['nobody goes on or off call'] : lines
}

const signs = { added: '+', removed: '-', changed: '~' } as const

function namedLine({ name, change, fields }: NamedChange): string {
  const detail = fields.length === 0 ? '' : `: ${fieldsWords(fields)}`
  return `${signs[change]} ${name}${detail}`
}

const mostFields = 6

function fieldsWords(fields: readonly FieldChange[]): string {
  const rest = fields.length - mostFields
  const told = fields.slice(0, mostFields).map(fieldWords)
  return [...told, ...(rest > 0 ? [`and ${rest} more`] : [])].join(', ')
}

function fieldWords({ path, before, after, isSecret }: FieldChange): string {
  if (isSecret === true) return `${path} (not shown)`
  if (after === undefined) return `${path} removed`
  return before === undefined ? `${path} ${after}` : `${path} ${before} -> ${after}`
}

function personLine(person: PersonChange): string {
  const { credentials, owns, pages } = person.ends
  const ends = [
    ...credentials.map(
      ({ kind, count }) => `${counted(count, credentialWords[kind] ?? kind)} ${count === 1 ? 'ends' : 'end'}`,
    ),
    ...(owns.length === 0 ? [] : [`owns ${listed(owns)}: hand over first`]),
    ...(pages.length === 0 ? [] : [`pages of ${listed(pages)} still go out by the contact that they had`]),
  ]
  return [namedLine(person), ...ends].join('; ')
}

const credentialWords: Readonly<Record<string, string>> = {
  token: 'token',
  session: 'session',
  login: 'log-in link',
  calendar: 'calendar address',
}

function incidentLine({
  incident,
  severity,
  title,
  policy,
  wouldBe,
}: ConfigurationPlan['incidents'][number]): string {
  const name = incidentName(incident)
  const next = wouldBe === policy ? `the new ${policy}` : wouldBe
  return `${name} ${severity} ${title}: keeps ${policy} as it was; new ones like it page by ${next}. "firewatch apply-policy ${name}" moves it.`
}

function checkLine(check: CheckChange, timeZone: string): string {
  return [namedLine(check), ...checkWords(check, timeZone)].join('; ')
}

function checkWords({ change, rejudged, firing }: CheckChange, timeZone: string): string[] {
  if (change === 'removed')
    return ['no longer runs', ...(firing === 0 ? [] : [`${counted(firing, 'firing series')} clear`])]
  if (rejudged === null) return []
  if (rejudged.known) {
    const at = datedWords(Date.parse(rejudged.bucketAt), timeZone)
    return [
      `judged again, ${rejudged.firingAfter} of ${rejudged.judged} series of the newest bucket (${at}) fire; ${rejudged.firingBefore} did`,
    ]
  }
  return [
    rejudged.why === 'not-judged'
      ? 'what fires is known after its first run'
      : 'it measures something else: what fires is known after its next run',
  ]
}

const mostShifts = 3

function shiftLine({ schedule, changes }: ShiftChanges, timeZone: string): string {
  const first = changes
    .slice(0, mostShifts)
    .map(({ from, before, after }) => `${datedWords(from, timeZone)} ${names(before)} -> ${names(after)}`)
  const rest = changes.length - first.length
  return `${schedule}: ${first.join(', ')}${rest === 0 ? '' : `, and ${rest} more within a year`}`
}

function listed(incidents: readonly number[]): string {
  return incidents.map(incidentName).join(', ')
}

function counted(count: number, noun: string): string {
  return count === 1 || noun.endsWith('series')
    ? `${count} ${noun}`
    : `${count} ${noun}${noun.endsWith('s') ? 'es' : 's'}`
}
