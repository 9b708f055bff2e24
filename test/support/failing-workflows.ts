import { condition, proxyActivities } from '@temporalio/workflow'

/** Workflows under the names of ours, as they look when something about them fails at every try. Other names are not there at all. */

const { draftReview } = proxyActivities<{ draftReview(): Promise<void> }>({
  startToCloseTimeout: '5s',
  retry: { initialInterval: '10ms', maximumInterval: '20ms' },
})

export async function review(): Promise<void> {
  await draftReview()
}

export async function incident(): Promise<void> {
  await Promise.resolve()
  throw new TypeError('undefined is not a function')
}

/** Hangs. */
export async function checkShard(): Promise<void> {
  await condition(() => false)
}
