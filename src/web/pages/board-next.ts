import type { Incident } from '../../domain/incident/incident.ts'
import type { MachineState } from '../../domain/incident/state.ts'
import { firewatch } from '../../domain/incident/timeline.ts'
import { cutText } from '../../domain/page/delivery.ts'
import type { BoardRow } from '../dependencies.ts'
import { escalationStanding } from '../escalation.ts'
import { html, type Html } from '../html.ts'
import { clock, elapsed, until } from './words.ts'

/** What comes next in an incident by itself, in a few words; what automation does meanwhile stands behind it. */
export function nextWords({ incident, machine }: BoardRow, now: string): Html {
  if (incident.state === 'resolved') return endWords(incident)
  if (machine === null) return html`${cutText(incident.nowDoing, longestDoing)}`
  const doing = automationWords(machine)
  const coming = incident.state === 'monitoring' ? monitoringWords(machine) : pagingWords(machine, now)
  if (coming === null) return doing ?? html`<span class="quiet">nothing by itself</span>`
  return doing === null ? coming : html`${coming} <span class="quiet beside">${doing}</span>`
}

function endWords({ startedAt, resolvedAt, resolvedBy }: Incident): Html {
  const how = resolvedBy === null || resolvedBy === firewatch ? 'cleared' : `resolved by ${resolvedBy}`
  return resolvedAt === null ? html`${how}` : html`${how} after ${elapsed(startedAt, resolvedAt)}`
}

function monitoringWords({ stableAt }: MachineState): Html {
  return stableAt === null
    ? html`monitoring`
    : html`monitoring until ${clock(new Date(stableAt).toISOString())}`
}

/** `null` where nobody is paged unless somebody or something else asks for it. */
function pagingWords(machine: MachineState, now: string): Html | null {
  if (machine.handOver !== null) return html`asking ${machine.handOver.to} to take it`
  const standing = escalationStanding(machine)
  switch (standing.kind) {
    case 'idle':
      return machine.owner === null ? null : html`<span class="quiet">nobody else is paged</span>`
    case 'held':
      return standing.dueAt === null
        ? html`step ${standing.step} waits: ${standing.reason}`
        : html`step ${standing.step} in ${until(standing.dueAt, now)}: ${standing.reason}`
    case 'acknowledged':
      return html`escalates again in ${until(standing.until, now)}`
    case 'exhausted':
      return standing.retryAt === null
        ? html`<strong>every step is used up</strong>`
        : html`<strong>nobody was reached</strong>, pages again in ${until(standing.retryAt, now)}`
    case 'head-start':
      return html`pages in ${until(standing.dueAt, now)} unless automation helps`
    case 'asking-owner':
      return html`got worse: asking ${standing.by}, escalates in ${until(standing.dueAt, now)}`
    case 'waiting': {
      const { following, dueAt } = standing
      const whom = following.length === 0 ? html`last step ends` : html`pages ${following.join(', ')}`
      return html`${whom} in ${until(dueAt, now)}`
    }
  }
}

/** The rest stands on the page of the incident. */
const longestDoing = 90

function automationWords({ tasks, automation: { doing } }: MachineState): Html | null {
  const runs = tasks.some(({ kind }) => kind === 'remediate')
  return runs && doing !== '' ? html`Automation: ${cutText(doing, longestDoing)}` : null
}
