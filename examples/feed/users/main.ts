import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { type Conversation, conversationsIn, type Town, type Visit, visitsIn } from '../behaviour.ts'
import { whenToldToEnd } from '../parent.ts'
import { createPopulation } from '../population.ts'
import { createPhone } from './phone.ts'

const { values } = parseArgs({
  options: {
    service: { type: 'string' },
    seed: { type: 'string', default: '1' },
    scale: { type: 'string', default: '1' },
    'end-with-stdin': { type: 'boolean' },
  },
})

const turnMs = 50
/** People whose turn was missed by more than this (a laptop that slept) have given up. */
const patienceMs = 4_000

interface Planned {
  readonly dueAt: number
  readonly begin: (at: number) => Promise<void>
}

/** Everything people begin in one second, in the order in which they do. */
function planOf(town: Town, second: number, live: ReturnType<typeof createPhone>): Planned[] {
  const due = ({ offsetMs }: Visit | Conversation) => second * 1_000 + offsetMs
  return [
    ...visitsIn(town, second).map((visit) => ({
      dueAt: due(visit),
      begin: (at: number) => live.visit(visit, at),
    })),
    ...conversationsIn(town, second).map((talk) => ({
      dueAt: due(talk),
      begin: (at: number) => live.converse(talk, at),
    })),
  ].toSorted((one, other) => one.dueAt - other.dueAt)
}

async function main(): Promise<void> {
  if (!values.service) throw new Error('--service=URL is missing: where the feed service listens')
  const seed = Number(values.seed)
  const town: Town = { population: createPopulation(seed), rhythm: { seed, scale: Number(values.scale) } }
  const phone = createPhone(values.service)
  whenToldToEnd(() => process.exit())

  const planned: Planned[] = []
  let nextSecond = Math.ceil(Date.now() / 1_000)
  console.log(JSON.stringify({ ready: true, liveFrom: nextSecond * 1_000 }))
  for (;;) {
    const now = Date.now()
    nextSecond = Math.max(nextSecond, Math.floor((now - patienceMs) / 1_000))
    for (; nextSecond * 1_000 <= now + turnMs; nextSecond += 1)
      planned.push(...planOf(town, nextSecond, phone))
    const due = planned.findIndex(({ dueAt }) => dueAt > now)
    for (const { dueAt, begin } of planned.splice(0, due === -1 ? planned.length : due))
      if (now - dueAt <= patienceMs) void begin(dueAt)
    await sleep(turnMs)
  }
}

await main()
