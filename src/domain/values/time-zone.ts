/** Whether a text names a time zone that this Node knows; an offset such as `+02:00` is one too. */
export function isTimeZone(zone: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone !== ''
  } catch (error) {
    if (error instanceof RangeError) return false
    throw error
  }
}

/** The same of names alone: an offset has no summer time. */
export function isNamedTimeZone(zone: string): boolean {
  return /^[A-Za-z]/.test(zone) && isTimeZone(zone)
}
