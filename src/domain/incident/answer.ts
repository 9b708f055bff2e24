/**
 * What came of a command, for the one who gave it. `done` changed something, `unchanged` had nothing to change, `refused` did
 * nothing; `still-firing` asks whether it is meant anyway.
 */
export interface Answer {
  readonly kind: 'done' | 'unchanged' | 'refused' | 'still-firing'
  readonly message: string
}

/** What tells a command from others. Two people may choose the same id, and one person the same for two commands. */
export interface GivenCommand {
  readonly type: string
  readonly actor: string
  readonly commandId: string
}

export function done(message: string): Answer {
  return { kind: 'done', message }
}

export function unchanged(message: string): Answer {
  return { kind: 'unchanged', message }
}

export function refused(message: string): Answer {
  return { kind: 'refused', message }
}
