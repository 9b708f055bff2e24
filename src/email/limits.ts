/**
 * A line of a head may have 998 characters and should have 78, which folding sees to: https://www.rfc-editor.org/rfc/rfc5322#section-2.1.1.
 * Phones show some 60 characters of a subject; the rest is for lists and searches.
 */
export const mailLimits = {
  subjectLength: 200,
  addressLength: 2_000,
  /** Far below what any server takes whole; the chart is a few dozen kilobytes. */
  chartBytes: 2 * 1024 * 1024,
} as const
