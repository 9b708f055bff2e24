import type { ListedHeartbeat } from '../../domain/alert/heartbeat-view.ts'
import type { HeartbeatState } from '../../domain/alert/heartbeat.ts'
import { cutText, oneLine } from '../../domain/page/delivery.ts'
import { formatDuration } from '../../domain/values/duration.ts'
import { html, type Html } from '../html.ts'
import { layout } from './layout.ts'
import { counted, icon, instant, since, until } from './words.ts'

export interface HeartbeatsPage {
  readonly heartbeats: readonly ListedHeartbeat[]
  readonly person: string
  readonly now: string
}

const longestShown = 300

/** How every job is that beats: what is wrong first, then what was never heard of. */
export function heartbeatsPage({ heartbeats, person, now }: HeartbeatsPage): Html {
  const unhealthy = heartbeats.filter(({ state }) => state === 'unhealthy').length
  return layout({
    title: unhealthy === 0 ? 'Heartbeats' : `${unhealthy} unhealthy · Heartbeats`,
    area: 'checks',
    person,
    body: html`<h1>Heartbeats</h1>
${heartbeats.length === 0 ? html`<p class="empty">No heartbeat is configured. <code>docs/heartbeats.md</code> tells how a job beats.</p>` : html`<p class="lead">${countWords(heartbeats)}</p><ul class="cards">${heartbeats.map((one) => card(one, now))}</ul>`}
<p class="quiet"><a href="/checks">Checks</a></p>`,
  })
}

/** `3 heartbeats: 1 unhealthy, 0 inactive, 2 healthy`. */
function countWords(heartbeats: readonly ListedHeartbeat[]): string {
  const count = (state: HeartbeatState) => heartbeats.filter((one) => one.state === state).length
  const states = (['unhealthy', 'inactive', 'healthy'] as const).map((state) => `${count(state)} ${state}`)
  return `${counted(heartbeats.length, 'heartbeat')}: ${states.join(', ')}`
}

/** Sign, and the colour of a verdict that means the same. */
const badges: Readonly<Record<HeartbeatState, readonly [sign: string, colour: string]>> = {
  unhealthy: ['▲', 'firing'],
  inactive: ['·', ''],
  healthy: ['✓', 'ok'],
}

function card(heartbeat: ListedHeartbeat, now: string): Html {
  const { name, title, service, state, muted, everyMs, graceMs } = heartbeat
  const [sign, colour] = badges[state]
  const said = oneLine(heartbeat.message ?? '')
  return html`<li class="card" id="heartbeat-${name}"><h2>${title}</h2>
<p><span class="badge ${colour}">${icon(sign)} ${state}</span>${muted ? ' muted: nobody is told' : null}</p>
<p>${lastWords(heartbeat, now)}</p>
<p>${deadlineWords(heartbeat, now)}</p>
${said === '' ? null : html`<p class="quiet">Last message: ${cutText(said, longestShown)}</p>`}
<p class="quiet">${title === name ? null : `${name}, `}${service === null ? null : `${service}, `}every ${formatDuration(everyMs)}${graceMs === 0 ? null : ` with ${formatDuration(graceMs)} of grace`}</p></li>`
}

function lastWords({ lastBeatAt, lastStatus }: ListedHeartbeat, now: string): Html {
  if (lastBeatAt === null) return html`No beat yet. The first one begins it.`
  return html`${lastStatus === 'fail' ? 'Reported a failure' : 'Last beat'} ${since(lastBeatAt, now)} ago, ${instant(lastBeatAt)}.`
}

function deadlineWords({ deadlineAt }: ListedHeartbeat, now: string): Html | null {
  if (deadlineAt === null) return null
  return deadlineAt > now
    ? html`Next deadline in ${until(deadlineAt, now)}, ${instant(deadlineAt)}.`
    : html`Overdue for ${since(deadlineAt, now)}, since ${instant(deadlineAt)}.`
}
