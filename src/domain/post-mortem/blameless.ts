/**
 * Words that lead a review from "how" to "who". From the rules of blameless reviews (PagerDuty, Etsy, Howie): no human error, no
 * counterfactuals, nothing obvious or simple in hindsight, no cause that is a person.
 */
const blaming: readonly RegExp[] = [
  /\b(?:human|operator|user) error\b/giu,
  /\b(?:careless(?:ly|ness)?|negligen(?:t|ce|tly)|sloppy|sloppily|stupid(?:ly)?|incompeten(?:t|ce)|reckless(?:ly)?)\b/giu,
  /\b(?:failed|failing|neglected|forgot) to\b/giu,
  /\b(?:should|could|ought to) have\b/giu,
  /\b(?:obvious(?:ly)?|simply|of course|clearly)\b/giu,
  /\broot cause\b.{0,40}\b(?:engineer|operator|employee|team member|person)\b/giu,
  /\b(?:blame[ds]?|at fault|culprit|guilty)\b/giu,
]

const person =
  '(?:engineers?|operators?|employees?|developers?|administrators?|admins?|responders?|team members?|persons?|people|someone|somebody|humans?|colleagues?|nobody)'
/** What people were short of is a condition that can be changed; it is no act of theirs. */
const wanting =
  '(?:lost|lack(?:s|ed)?|had|have|has|was|were|cannot|could not|received|waited|needed|did not (?:have|see|know|receive))'

/** Whom a branch of causes must not end at: a person's part is described by tool, cue and guard. */
const ends: readonly RegExp[] = [
  new RegExp(
    String.raw`^(?:(?:the|an?|one|some|our|on-call|new|junior|senior)\s+)*${person}\b(?!\s+${wanting}\b)`,
    'iu',
  ),
  new RegExp(String.raw`\bby (?:(?:the|an?|one|some)\s+)?(?:\S+\s+)?${person}\b`, 'iu'),
  /\b(?:error|mistake)s?$/iu,
]

/** Every blaming word in a text, as written. */
export function blamingWords(text: string): string[] {
  return blaming.flatMap((words) => [...text.matchAll(words)].map(([found]) => found))
}

export function endsAtPerson(claim: string): boolean {
  const words = claim.trim().replace(/[.!]+$/u, '')
  return ends.some((end) => end.test(words))
}
