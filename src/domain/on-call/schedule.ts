/*
 * Who is on call, as configured. Every instant here is epoch milliseconds, every span half-open `[from, to)`; local times are text and
 * become instants only together with their zone, so that new zone data moves them as it should.
 */

export interface Span {
  readonly from: number
  readonly to: number
}

export interface Schedule {
  readonly name: string
  /** For people: `Feed, primary`. */
  readonly title: string
  /** In which people read it; layers and windows have their own. */
  readonly timeZone: string
  readonly layers: readonly Layer[]
  readonly overrides: readonly Override[]
  readonly temporary: readonly TemporarySchedule[]
  readonly swaps: readonly ShiftSwap[]
}

export interface Layer {
  readonly name: string
  /** A higher one hides lower ones while it has somebody; equal ones are on call together. */
  readonly priority: number
  readonly turns: Rotation | FixedShifts
  /** The layer counts only inside these; none: always. */
  readonly windows: readonly WeeklyWindow[]
  /** From when the layer holds, and until when: an edited rotation is a new layer with a `from`. */
  readonly from?: number
  readonly until?: number
}

export interface Rotation {
  readonly kind: 'rotation'
  readonly timeZone: string
  /** Local time of the first hand-off: `2026-03-02T09:00`. Before it nobody is on call. */
  readonly start: string
  readonly unit: 'hourly' | 'daily' | 'weekly' | 'monthly'
  /** Units in a turn: ten days are `daily` and 10. */
  readonly length: number
  /** In turn; one turn may be several people, or nobody. */
  readonly participants: readonly (readonly string[])[]
}

/** Shifts that are listed one by one, as an imported calendar has them. They may overlap. */
export interface FixedShifts {
  readonly kind: 'shifts'
  readonly shifts: readonly Shift[]
}

export interface Shift extends Span {
  readonly people: readonly string[]
}

/** The same local hours on some days of every week. */
export interface WeeklyWindow {
  readonly timeZone: string
  /** 1 is Monday, 7 Sunday; the day on which the window starts. */
  readonly weekdays: readonly number[]
  /** `HH:MM` */
  readonly start: string
  /** `HH:MM`; `24:00` is the end of the day. Not after `start`: on the next day, so equal times are a whole day. */
  readonly end: string
}

/** Puts somebody on call, takes somebody off, or both: a replacement, which does nothing while `removed` is not on call. */
export interface Override extends Span {
  readonly id: string
  readonly removed: string | null
  readonly added: string | null
}

/** For its time the only truth: layers, overrides and swaps do not count, and where it has no shift nobody is on call. */
export interface TemporarySchedule extends Span {
  readonly id: string
  readonly shifts: readonly Shift[]
}

/** `owner` offers what they have on call in this time; until somebody takes it nothing changes. */
export interface ShiftSwap extends Span {
  readonly id: string
  readonly owner: string
  readonly taker: string | null
}
