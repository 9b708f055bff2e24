import { unknownService } from '../alert/alert-title.ts'
import { declaredBy, isDeclared } from '../alert/declaration.ts'
import type { CauseTree } from '../investigate/cause-tree.ts'
import { notActionableIn } from '../incident/not-actionable.ts'
import type { ReviewImpact } from './impact.ts'
import type { ReviewActions } from './actions.ts'
import { bySection, item, paragraph, type Brief, type BriefLine, type SectionName } from './brief-line.ts'
import { causeLines } from './cause-lines.ts'
import { endingClause, endingLines, notesAfterwards } from './ending.ts'
import { capitalised } from '../values/text.ts'
import { utc, type Sources, type Statement } from './records.ts'
import type { ReviewResponse } from './response.ts'
import { timeLines } from './time-lines.ts'
import type { ReviewTimes } from './times.ts'

/** What the rest of the draft found. */
export interface BriefParts {
  readonly times: ReviewTimes
  readonly impact: ReviewImpact
  readonly trees: readonly CauseTree[]
  readonly response: ReviewResponse
  readonly actions: ReviewActions
}

/** The page that somebody reads who knows nothing of it: what, whom, when, why, what ended it, what follows. */
export function briefOf(sources: Sources, parts: BriefParts): Brief {
  return citing(sources.incident, {
    summary: [
      ...notActionable(sources),
      whatLine(sources, parts),
      lastedLine(sources, parts),
      ...replayedLine(sources),
    ],
    impact: impactLines(sources, parts),
    times: timeLines(sources, parts.times),
    cause: causeLines(sources, parts.trees),
    ending: endingLines(sources),
    actions: actionLines(parts.actions, sources),
    lessons: lessonLines(parts.response),
    notes: noteLines(sources),
  })
}

/** What rests on no single record rests on the incident. */
function citing(incident: string, brief: Brief): Brief {
  const cited = (name: SectionName) =>
    brief[name].map((line) => (line.cites.length > 0 ? line : { ...line, cites: [incident] }))
  return bySection(cited)
}

/** A person's word, in that person's words: readers of a false alarm must know it at once. */
function notActionable({ timeline, clean, roleOf }: Sources): BriefLine[] {
  const mark = notActionableIn(timeline.map(({ record }) => record))
  if (mark === undefined) return []
  const entries = timeline.filter(({ record }) => record.fact.type === 'not-actionable')
  const text = `Not actionable: ${roleOf(mark.by)} marked it so at ${utc(mark.at)}`
  return [
    paragraph(
      text,
      entries.map(({ id }) => id),
      clean(mark.reason),
    ),
  ]
}

/** What left its normal range, how far and when; of an alert from elsewhere its title. */
function whatLine(sources: Sources, { impact }: BriefParts): BriefLine {
  const { title, service } = sources.records.incident
  const { worst, others } = impact
  const isKnown = service !== unknownService
  const of = (name: string) => (isKnown && !namesWord(name, service) ? `${name} (service ${service})` : name)
  if (worst === null && isDeclared(sources.records.incident)) return declaredLine(sources)
  if (worst === null) {
    const alerts = sources.alerts.map(({ id }) => id)
    const text = `${of(title)}: so its alerts said, and no check measured it`
    return paragraph(sources.clean(text), [sources.incident, ...alerts])
  }
  const count = impact.quantifiedSeries - 1 + others.length
  const beside =
    count > 0 ? `; ${count} other series left ${count === 1 ? 'its' : 'their'} normal range too` : ''
  const text = `${of(worst.name)} ${worst.stood}, at ${utc(worst.at)}${beside}`
  return paragraph(sources.clean(text), worst.cites)
}

/** What a person declared is in that person's words, and no alert's. */
function declaredLine({ records, incident, alerts, clean, roleOf }: Sources): BriefLine {
  const { title, service } = records.incident
  const by = alerts.map(({ record }) => declaredBy(record)).find((name) => name !== undefined)
  const who = by === undefined ? 'Somebody' : capitalised(roleOf(by))
  const about = service === unknownService ? 'it' : `it for the service ${service}`
  return paragraph(`${who} declared ${about}, and no check measured it`, [incident], clean(title))
}

/** Nobody may take a replay for what happened live. */
function replayedLine({ timeline }: Sources): BriefLine[] {
  return timeline.flatMap(({ id, record: { fact } }) =>
    fact.type === 'replayed'
      ? [
          paragraph(
            `Replayed at ${utc(fact.replayedAt)} from recorded measurements: nobody was paged, and nothing was repaired`,
            [id],
          ),
        ]
      : [],
  )
}

/** How long, from when to when, and what ended it. */
function lastedLine(sources: Sources, { times }: BriefParts): BriefLine {
  const clause = endingClause(sources)
  const lasted = lastedWords(times)
  return paragraph(`${lasted}; ${clause.text}`, [sources.incident, ...clause.cites], clause.quote)
}

function lastedWords({ moments, durations, problems }: ReviewTimes): string {
  const at = (name: string) => moments.find((moment) => moment.name === name)?.at ?? null
  const took = (name: string) => durations.find((duration) => duration.name === name)
  const [started, mitigated, resolved] = [at('started'), at('mitigated'), at('resolved')]
  if (started === null) return 'When it began is not recorded'
  if (problems.length > 0)
    return `It began at ${utc(started)}; how long it lasted is not known, since its recorded times contradict each other`
  const [end, name] = mitigated === null ? [resolved, 'time to resolve'] : [mitigated, 'time to mitigate']
  if (end === null) return `It began at ${utc(started)}, and when it ended is not recorded`
  return `It lasted ${took(name)?.text ?? ''}, from ${utc(started)} to ${utc(end)}`
}

function impactLines(sources: Sources, { impact }: BriefParts): BriefLine[] {
  const { service } = sources.records.incident
  const { hit, quantified, others, notRecorded } = impact
  const of = service === unknownService ? 'which service is not recorded' : `service ${service}`
  const part = service === unknownService ? '' : '; which part of it is not recorded'
  const whom = hit === null ? `${of}${part}` : `${of}, ${hit}`
  const cites = [sources.incident, ...sources.alerts.map(({ id }) => id)]
  const missing = capitalised(notRecorded.map((what) => what.toLowerCase()).join(', '))
  return [
    item(whom, cites.slice(0, 1), { label: 'Affected' }),
    ...quantified.map(({ text, cites: on }) => item(text, on)),
    ...(others.length === 0 ? [] : [item(others.join(', '), [], { label: 'Outside the normal range too' })]),
    ...(notRecorded.length === 0
      ? []
      : [item(`${missing}. Add what you know`, [], { label: 'Not recorded' })]),
  ]
}

function actionLines({ proposed, openRisks }: ReviewActions, { incident }: Sources): BriefLine[] {
  const tasks = proposed.map(({ number, type, title, doneWhen, owner, due, cause }): BriefLine => {
    const whose = owner === null ? 'Nobody owns it yet' : `Owner ${owner}`
    const when = due === null ? 'no due date yet' : `due ${due}`
    const text = `${whose}, ${when}. Done when: ${doneWhen} (A${number}, ${type}: ${cause})`
    return { ...item(text, [], { label: `${title}.` }), style: 'task' }
  })
  const risks = openRisks.map(({ cause, claim }) =>
    item(`${claim} (${cause}). Plan something, or say who accepts it`, [], {
      label: 'Nothing is planned against',
    }),
  )
  const nothing = paragraph('No action is proposed. Add what should follow', [incident])
  return tasks.length + risks.length === 0 ? [nothing] : [...tasks, ...risks]
}

function lessonLines({ wentWell, wentLessWell, luck }: ReviewResponse): BriefLine[] {
  const labelled = (label: string, statements: readonly Statement[]) =>
    statements.map(({ text, cites }) => item(text, cites, { label }))
  const lines = [
    ...labelled('Well', wentWell),
    ...labelled('Not well', wentLessWell),
    ...labelled('Luck', luck),
  ]
  return lines.length === 0 ? [paragraph('Nothing recorded. Add what you saw')] : lines
}

function noteLines(sources: Sources): BriefLine[] {
  const notes = notesAfterwards(sources).map(({ id, record }) =>
    item(`${sources.roleOf(record.actor)}, ${utc(record.at)}`, [id], {
      quote: sources.clean(record.summary),
    }),
  )
  return notes.length === 0 ? [paragraph('Nothing added since it ended')] : notes
}

/** Whether a text names something as a word of its own. */
export function namesWord(text: string, name: string): boolean {
  return text
    .toLowerCase()
    .split(/[^\p{L}\p{N}_.-]+/u)
    .includes(name.toLowerCase())
}
