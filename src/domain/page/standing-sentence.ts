import type { NoticeReason } from '../alert/group-notice.ts'
import type { Incident } from '../incident/incident.ts'
import { awaitedPeople, nowDoing } from '../incident/now-doing.ts'
import type { MachineState } from '../incident/state.ts'
import type { Page } from './page.ts'

/** What a message says first of what is being done: why it was sent, and what automation and people do. */
export function standingSentence(
  page: Pick<Page, 'kind' | 'person'>,
  incident: Incident,
  machine: MachineState | null,
  timeZone: string,
): string {
  const why = occasionSentence(page, incident, machine)
  if (page.kind === 'resolved') return why
  return [why, doingSentence(page, incident, machine, timeZone)].filter((part) => part !== '').join('. ')
}

/** Where the occasion says already who has it, only what automation does is left to say. */
function doingSentence(
  { kind, person }: Pick<Page, 'kind' | 'person'>,
  { acknowledgedBy, nowDoing: stored }: Incident,
  machine: MachineState | null,
  timeZone: string,
): string {
  if (machine === null) return stored
  const isSaid =
    kind !== 'page' && kind !== 'notice' && (acknowledgedBy !== null || machine.handOver?.to === person)
  return isSaid ? machine.automation.doing : nowDoing(machine, timeZone)
}

function occasionSentence(
  { kind, person }: Pick<Page, 'kind' | 'person'>,
  { acknowledgedBy, resolvedBy }: Incident,
  machine: MachineState | null,
): string {
  const handOver = machine?.handOver ?? null
  switch (kind) {
    case 'page':
      return ''
    case 'notice':
      return 'For your information: nobody waits for you to acknowledge'
    case 'hand-over':
      if (handOver?.to === person) return `${handOver.by} asks you to take it over`
      if (acknowledgedBy === person) return 'It was not taken over: you still have it'
      return `It was not taken over: ${acknowledgedBy ?? 'nobody'} has it`
    case 'worse':
      return 'It became worse since you acknowledged: acknowledge again, or it escalates'
    case 'grown':
      return 'For your information: you own it, and more fires than when you acknowledged'
    case 'again':
      return machine?.flapping == null
        ? 'For your information: you own it, and it fires again'
        : 'For your information: you own it, and it fires and clears again and again'
    case 'reminder':
      return 'For your information: you own it, and it still fires'
    case 'group':
      return noticeWords[machine?.group?.reason ?? 'first']
    case 'acknowledged':
      return acknowledgedSentence(acknowledgedBy, machine)
    case 'resolved':
      return resolvedBy === 'firewatch'
        ? 'Resolved: every alert stayed clear'
        : `Resolved by ${resolvedBy ?? 'somebody'}`
  }
}

/** What a room is told first. */
const noticeWords: Readonly<Record<NoticeReason, string>> = {
  first: '',
  'new-alerts': 'More alerts fire than before',
  'some-resolved': 'Some of its alerts are clear, others fire on',
  'all-resolved': 'Every alert is clear',
  repeat: 'It still fires',
}

function acknowledgedSentence(by: string | null, machine: MachineState | null): string {
  const awaited = machine === null ? [] : awaitedPeople(machine)
  const others = awaited.length === 0 ? '' : `. Still to acknowledge: ${awaited.join(', ')}`
  return `${by ?? 'Somebody'} acknowledged and has it${others}`
}
