import type { EscalationPosition } from '../src/domain/escalate.ts'

/** What one run of a long incident hands on to the next. */
export interface Carried {
  acknowledgedBy: string | null
  /** How often people were told that somebody has it. */
  acknowledgements: number
  /** How often it was handed over. */
  handOvers: number
  /** Those whom the policy wants told of a P0 were told. */
  noticed: boolean
  /** Somebody acknowledged once: from then on automation begins nothing new, also when more people are called. */
  peopleTookOver: boolean
  automationStoppedBy: string | null
  /** Automation is at its end with this incident. */
  handedOver: boolean
  /** The step that was entered last; `null` before the first. */
  at: EscalationPosition | null
  /** Where an escalation that is asked to go on would go on. */
  nextStep: EscalationPosition | null
  /** Where an escalation goes on that was interrupted between two steps. */
  resumeAt: EscalationPosition | null
  /** How often the steps of the policy were begun. */
  round: number
  /** Pages were stored, so somebody may wait to hear how it goes on. */
  paged: boolean
  /** Stages whose evidence was asked for. */
  investigated: readonly string[]
  /** State changes so far: numbers what is written, so that a repeat writes it once. */
  changes: number
  /** How often it began to fire: the first time, and each time it fired again. */
  openings: number
  /** What is to be done about the present opening has begun. */
  responding: boolean
  /** The last commands to escalate: one that is repeated must not escalate twice. */
  escalateCommands: readonly string[]
  /** What was last said of automation, and of people. */
  said: Readonly<Record<Voice, string>>
}

/** Automation and the paging of people go on at the same time, and neither talks over the other. */
export type Voice = 'automation' | 'people'

export const nothingCarried: Carried = {
  acknowledgedBy: null,
  acknowledgements: 0,
  handOvers: 0,
  noticed: false,
  peopleTookOver: false,
  automationStoppedBy: null,
  handedOver: false,
  at: null,
  nextStep: null,
  resumeAt: null,
  round: 0,
  paged: false,
  investigated: [],
  changes: 0,
  openings: 0,
  responding: false,
  escalateCommands: [],
  said: { automation: '', people: '' },
}

/** What of a situation another run needs to know. */
export function carriedBy(situation: Carried): Carried {
  const { acknowledgedBy, acknowledgements, handOvers, noticed, peopleTookOver, automationStoppedBy } =
    situation
  const { handedOver, at, nextStep, resumeAt, round } = situation
  const { paged, investigated, changes, openings, responding, escalateCommands, said } = situation
  return {
    acknowledgedBy,
    acknowledgements,
    handOvers,
    noticed,
    peopleTookOver,
    automationStoppedBy,
    handedOver,
    at,
    nextStep,
    resumeAt,
    round,
    paged,
    investigated,
    changes,
    openings,
    responding,
    escalateCommands,
    said,
  }
}
