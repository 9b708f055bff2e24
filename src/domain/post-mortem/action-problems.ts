import type { ReviewAction } from './actions.ts'

/** Beginnings that promise no result. */
const vague = /^(?:investigate|look into|consider|be more careful|improve monitoring|remind|retrain|try)\b/iu
const notVerb = /^(?:the|an?|no|more|better|new|some|all|every)\b/iu

/** What keeps an action item from being one that somebody can take up and finish; empty when nothing does. */
export function actionProblems(
  { title, doneWhen, owner, due, cause }: ReviewAction,
  causes: ReadonlySet<string>,
): string[] {
  return [
    ...(vague.test(title) || notVerb.test(title)
      ? ['does not begin with a verb that promises a result']
      : []),
    ...(title.trim().split(/\s+/).length < 3 ? ['names no scope'] : []),
    ...(doneWhen.trim() === '' ? ['does not say when it is done'] : []),
    ...(owner === null || owner.trim() === '' ? ['has no owner'] : []),
    ...(owner !== null && /,|;|&|\band\b/.test(owner) ? ['has more than one owner'] : []),
    ...(due === null ? ['has no due date'] : []),
    ...(causes.has(cause) ? [] : ['names no cause of a tree']),
  ]
}
