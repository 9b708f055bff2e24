import type { Runbook } from '../../../src/domain/investigate/runbook.ts'

/** Causes of one tree with a branch, one of them refuted by the records of INC-42, and an action against each. */
export function runbook(change: Partial<Runbook> = {}): Runbook {
  return {
    name: 'feed-content-drop',
    title: 'The feed shows little',
    match: { alertname: ['feed-activity'] },
    evidence: [],
    remediation: [],
    causes: [
      {
        id: 'ios-lost',
        problem: 'occurred',
        edge: 'caused',
        claim: 'Feeds on iOS held fewer posts',
        test: { evidence: 'os-split', where: { os: 'iOS' }, column: 'change_week', op: '<', value: -0.4 },
      },
      {
        id: 'cache',
        problem: 'occurred',
        parent: 'ios-lost',
        edge: 'caused',
        claim: 'The cache kept serving short pages',
        test: { remediation: 'cache_invalidation', outcome: 'helped' },
      },
      {
        id: 'no-limit',
        problem: 'occurred',
        parent: 'cache',
        edge: 'enabled',
        claim: 'The interface that warms the cache takes pages of any size',
      },
      {
        id: 'outage',
        problem: 'occurred',
        edge: 'caused',
        claim: 'Both systems lost activity',
        test: { evidence: 'os-split', where: { os: 'Android' }, column: 'change_week', op: '<', value: -0.4 },
      },
      {
        id: 'seen-late',
        problem: 'detected-late',
        edge: 'undetected-because',
        claim: 'No check measures the number of posts on a page',
      },
    ],
    actions: [
      {
        type: 'prevent',
        cause: 'no-limit',
        title: 'Refuse short pages when the cache is warmed',
        doneWhen: 'A test warms a short page and is refused',
        owner: 'carol',
        priority: 'guard',
      },
      {
        type: 'detect',
        cause: 'seen-late',
        title: 'Check the number of posts on a page',
        doneWhen: 'A replay fires the check',
        priority: 'rest',
      },
      {
        type: 'mitigate',
        cause: 'cache',
        title: 'Put the flush on the first rung',
        doneWhen: 'A drill flushes within a minute',
        priority: 'rest',
      },
      {
        type: 'prevent',
        cause: 'outage',
        title: 'Split the two systems apart',
        doneWhen: 'They deploy apart',
        priority: 'rest',
      },
    ],
    guidance: '',
    path: 'runbooks/feed-content-drop.md',
    ...change,
  }
}
