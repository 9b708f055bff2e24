import { startFakeWebhook } from '../../examples/fakes/webhook.ts'
import type { Incident } from '../../src/domain/incident/incident.ts'
import { shopAlerts, twoPeople } from '../journeys/two-people.ts'
import { startUp, type UpFirewatch } from './firewatch.ts'

const patienceMs = 60_000
const lookEveryMs = 5

/** Stories without the demo's world: alerts come from outside, and people do what they do by the API. */
export async function liveThrough(story: string, dataDir: string): Promise<void> {
  const pager = await startFakeWebhook()
  try {
    const env = { JOURNEY_ANA_URL: pager.url, JOURNEY_BEN_URL: pager.url }
    const up = await startUp(twoPeople('1s'), env, dataDir)
    try {
      await (story === 'fires-again' ? firesAgain(up) : resolvedByAPerson(up))
    } finally {
      await up.stop()
    }
  } finally {
    await pager.stop()
  }
}

/** Escalated, acknowledged, noted, resolved by hand while it still fires. */
async function resolvedByAPerson(up: UpFirewatch): Promise<void> {
  await up.api('POST', '/api/v1/alerts', shopAlerts(['CheckoutDown']))
  await until(async () => (await timelineOf(up, 'INC-1')).includes('Paged ben'))
  const give = (verb: string, body: object = {}) => up.api('POST', `/api/v1/incidents/INC-1/${verb}`, body)
  await give('escalate')
  await give('acknowledge')
  await give('note', { text: 'The certificate had expired.' })
  await give('stop-automation')
  await give('resolve', { anyway: true })
  await reviewed(up, 'INC-1')
}

/** Clears, fires again while it is watched, is resolved while it fires, and fires again after it had cleared: a second incident, which is closed by itself. */
async function firesAgain(up: UpFirewatch): Promise<void> {
  const fire = () => up.api('POST', '/api/v1/alerts', shopAlerts(['CheckoutDown']))
  const clear = () => up.api('POST', '/api/v1/alerts', shopAlerts(['CheckoutDown'], 'resolved'))
  await fire()
  await until(async () => (await timelineOf(up, 'INC-1')).includes('Paged ana'))
  await clear()
  await inState(up, 'INC-1', 'monitoring')
  await fire()
  await inState(up, 'INC-1', 'open')
  await up.api('POST', '/api/v1/incidents/INC-1/resolve', { anyway: true })
  await inState(up, 'INC-1', 'resolved')
  await clear()
  await fire()
  await until(async () => (await incidents(up)).length > 1)
  await inState(up, 'INC-2', 'open')
  await up.api('POST', '/api/v1/incidents/INC-2/acknowledge')
  await clear()
  await reviewed(up, 'INC-2')
}

async function incidents(up: UpFirewatch): Promise<Incident[]> {
  return (await up.api<{ incidents: Incident[] }>('GET', '/api/v1/incidents')).incidents
}

async function timelineOf(up: UpFirewatch, name: string): Promise<string> {
  const found = await up
    .api<{ timeline: { summary: string }[] }>('GET', `/api/v1/incidents/${name}`)
    .catch(() => undefined)
  return (found?.timeline ?? []).map(({ summary }) => summary).join('\n')
}

function inState(up: UpFirewatch, name: string, state: Incident['state']): Promise<void> {
  return until(async () => {
    const { incident } = await up.api<{ incident: Incident }>('GET', `/api/v1/incidents/${name}`)
    return incident.state === state
  })
}

function reviewed(up: UpFirewatch, name: string): Promise<void> {
  return until(() => succeeds(up.api('GET', `/api/v1/incidents/${name}/review`)))
}

/** False for an answer that asks to come again, as while an incident that is just being closed has not handed on yet. */
function succeeds(answer: Promise<unknown>): Promise<boolean> {
  return answer.then(
    () => true,
    () => false,
  )
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + patienceMs
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`a story went on for longer than ${patienceMs} ms`)
    await new Promise((resolve) => setTimeout(resolve, lookEveryMs))
  }
}
