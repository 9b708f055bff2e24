import { incidentName } from '../../src/domain/investigate/evidence.ts'
import type { Incident } from '../../src/domain/incident/incident.ts'
import type { CheckStanding } from '../../src/domain/check/verdict.ts'
import type { RunningFirewatch } from '../../src/app/firewatch.ts'
import type { IncidentView } from '../../src/web/incident-view.ts'
import type { Narrator } from './narrator.ts'
import type { Pagers } from './pagers.ts'
import type { Outcome, Scenario } from './scenarios.ts'
import type { FeedWorld } from './world.ts'

export interface Stage {
  readonly scenario: Scenario
  readonly world: FeedWorld
  readonly pagers: Pagers
  readonly firewatch: RunningFirewatch
  /** Process id of Firewatch's worker now. */
  readonly worker: () => Promise<number>
  readonly createNarrator: () => Narrator
}

/** No part of a story takes longer. */
const patienceMs = 150_000
const lookEveryMs = 250

/** Breaks the service, then only watches, but for the one person who is woken: what happens is Firewatch's doing. */
export async function tellStory(stage: Stage): Promise<Outcome> {
  const { scenario, world, pagers, firewatch } = stage
  const api = createApi(firewatch)
  await until('the first verdicts', () => judgedAllWell(api))
  const before = await instanceOf(world)
  const narrator = stage.createNarrator()
  narrator.say('world', `the service breaks: ${scenario.fault}`)
  await world.faults.start(scenario.fault)

  const incident = await until('an incident', async () => (await api.incidents())[0])
  const name = incidentName(incident.number)
  narrator.say('detected', `${name}: ${firewatch.url}/incidents/${name}`)
  let rescued = scenario.rescuer === undefined
  let killed: number | null = null
  const outcome = await until(`the review of ${name}`, async () => {
    const { records, ...now } = await api.show(name)
    narrator.follow(records.timeline)
    if (scenario.killsWorker === true && killed === null && isQuiet(records))
      killed = await killWorker(stage, narrator)
    if (!rescued && pagers.received().some(({ person }) => person === scenario.rescuer)) {
      rescued = true
      await rescue(stage, name, narrator)
    }
    const review = now.incident.state === 'resolved' ? await api.review(name) : undefined
    return review === undefined ? undefined : { incident: now.incident, records, review }
  })
  narrator.follow((await api.show(name)).records.timeline)
  return {
    ...outcome,
    received: pagers.received(),
    instances: { before, after: await instanceOf(world) },
    workers: { killed, atEnd: await stage.worker() },
  }
}

/** Nothing but the step is under way: an act whose answer dies with its worker is probed for only when its time is over, and by then a person is at work. */
function isQuiet({ pages, attempts }: Pick<IncidentView, 'pages' | 'attempts'>): boolean {
  return pages.some(wasSent) && attempts.every(({ state }) => state !== 'acting')
}

/** Only then does the step wait: a worker that dies before it could note the send leaves an honest `unknown`. */
function wasSent({ kind, state }: IncidentView['pages'][number]): boolean {
  return kind === 'page' && state === 'sent'
}

async function killWorker({ worker }: Stage, narrator: Narrator): Promise<number> {
  const pid = await worker()
  process.kill(pid, 'SIGKILL')
  narrator.say('world', `Firewatch’s worker, process ${pid}, is killed with -9 while the step waits`)
  return pid
}

/** What a person does who is woken: takes the incident, finds the cause by hand, and mends it. */
async function rescue(
  { scenario, world, firewatch }: Stage,
  name: string,
  narrator: Narrator,
): Promise<void> {
  const person = scenario.rescuer ?? ''
  const { token } = await post<{ token: string }>(firewatch.url, firewatch.token, '/api/v1/tokens', {
    person,
  })
  narrator.say('actor', `${person} is awake, opens ${name} and acknowledges`)
  await post(firewatch.url, token, `/api/v1/incidents/${name}/acknowledge`)
  const platforms = await world.faults.fixConfig(person)
  const text = `The ranking configuration hid posts on ${platforms.join(', ')}; restored the former one.`
  await post(firewatch.url, token, `/api/v1/incidents/${name}/note`, { text })
}

function createApi({ url, token }: RunningFirewatch) {
  const get = async <Answer>(path: string): Promise<Answer | undefined> => {
    const response = await fetch(new URL(path, url), { headers: { authorization: `Bearer ${token}` } })
    if (response.status === 404 && path.endsWith('/review')) return undefined
    if (!response.ok) throw new Error(`${path} answered ${response.status}: ${await response.text()}`)
    return (await response.json()) as Answer
  }
  return {
    checks: async () => (await get<{ checks: CheckStanding[] }>('/api/v1/checks'))?.checks ?? [],
    incidents: async () => (await get<{ incidents: Incident[] }>('/api/v1/incidents'))?.incidents ?? [],
    async show(name: string): Promise<{ incident: Incident; records: IncidentView }> {
      const answer = await get<{ incident: Incident } & IncidentView>(`/api/v1/incidents/${name}`)
      if (answer === undefined) throw new Error(`${name} has vanished`)
      const { incident, ...records } = answer
      return { incident, records }
    },
    review: async (name: string) =>
      (await get<{ markdown: string }>(`/api/v1/incidents/${name}/review`))?.markdown,
  }
}

type Api = ReturnType<typeof createApi>

/** Every check has judged, and found nothing wrong: only then is it worth breaking something. */
async function judgedAllWell(api: Api): Promise<true | undefined> {
  const checks = await api.checks()
  return checks.length > 0 &&
    checks.every(({ ok, firing, unknown }) => ok > 0 && firing === 0 && unknown === 0)
    ? true
    : undefined
}

async function instanceOf({ supervisorUrl, adminToken }: FeedWorld): Promise<string> {
  const response = await fetch(new URL('/status', supervisorUrl), {
    headers: { authorization: `Bearer ${adminToken}` },
  })
  return ((await response.json()) as { instance: string }).instance
}

async function post<Answer>(url: string, token: string, path: string, body: object = {}): Promise<Answer> {
  const response = await fetch(new URL(path, url), {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  if (!response.ok) throw new Error(`${path} answered ${response.status}: ${await response.text()}`)
  return (await response.json()) as Answer
}

async function until<Found>(what: string, look: () => Promise<Found | undefined>): Promise<Found> {
  const deadline = Date.now() + patienceMs
  while (Date.now() < deadline) {
    const found = await look()
    if (found !== undefined) return found
    await new Promise((resolve) => setTimeout(resolve, lookEveryMs))
  }
  throw new Error(`waited ${patienceMs / 1000} s for ${what}, in vain`)
}
