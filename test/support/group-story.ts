import type { GroupHappening, GroupNotification, GroupTimes } from './alertmanager-group.ts'
import type { Incidents } from './incidents.ts'

export const room = {
  name: 'room',
  title: 'Room',
  contact: { channel: 'webhook', url: '${env:HOOK}' },
} as const
const dayMs = 86_400_000

/** A world whose route tells a room, and where nobody else hears of anything. */
export function follow(incidents: Incidents, { wait, interval, repeat, sendResolved }: GroupTimes) {
  return incidents.begin({
    // Carl has no contact: nobody is paged.
    policy: { steps: [{ notify: ['carl'], ackTimeoutMs: dayMs }], fallback: [] },
    route: {
      tell: ['room'],
      groupWaitMs: wait * 1_000,
      groupIntervalMs: interval * 1_000,
      repeatIntervalMs: repeat * 1_000,
      sendResolved,
      // The incident outlasts its groups.
      stableForMs: 30 * dayMs,
    },
    more: { channels: { room } },
  })
}

/** What the room of a group hears when alerts come in as told, on the real store. */
export async function tellGroup(
  incidents: Incidents,
  times: GroupTimes,
  happenings: readonly GroupHappening[],
  until: number,
) {
  const { world, story } = await follow(incidents, times)
  const start = incidents.now()
  const told: GroupNotification[] = []
  world.outcome = (message) => {
    const cleared = message.lines.filter((line) => line.startsWith('Cleared: '))
    const firing = message.lines.filter((line) => !line.startsWith('Cleared: '))
    const sec = Math.round((incidents.now() - start) / 1_000)
    told.push({ sec, firing: namesIn(firing), resolved: namesIn(cleared) })
    return { kind: 'sent' }
  }
  for (const [sec, alert, happens] of happenings) {
    await incidents.sleep(start + sec * 1_000 - incidents.now())
    if (happens === 'fire') await story.fire(alert)
    else if (happens === 'resolve') await story.clear(alert)
    else throw new Error(`what happens when an alert is to "${String(happens)}"?`)
  }
  await incidents.sleep(start + until * 1_000 - incidents.now())
  const reasons = (await story.facts()).flatMap((fact) => (fact.type === 'group-told' ? [fact.reason] : []))
  return { told, reasons }
}

/** `A` of `A fires`, and of `Cleared: A fires`. */
function namesIn(lines: readonly string[]): string[] {
  return lines.map((line) => line.replace('Cleared: ', '').replace(/ fires$/, '')).toSorted()
}
