import type { FastifyInstance } from 'fastify'
import { createIdentities } from '../../src/app/identities.ts'
import { createChannelHandlers } from '../../src/app/channel-handlers.ts'
import type { AuditEntry } from '../../src/domain/access/audit-entry.ts'
import type { Declaration } from '../../src/domain/alert/declaration.ts'
import type { Command } from '../../src/domain/incident/messages.ts'
import type { IncidentCommands } from '../../src/web/dependencies.ts'
import { maintenanceOver, noRecords, startWeb } from '../web/world.ts'
import { silencingOver } from './silencing.ts'
import { alwaysOn, kept, override } from './on-call.ts'
import { accounts, atStart, type EscalationWorld, linkKey, publicUrl } from './escalation.ts'

export interface HandlerWorld {
  readonly app: FastifyInstance
  readonly given: { verb: string; command: Command }[]
  readonly accepted: Declaration[]
  /** Who was turned away, as the log has it. */
  readonly audit: object[]
  /** Entries of the audit log. */
  readonly entries: AuditEntry[]
  /** Brings in what a fake's people pressed or typed. */
  bring(
    url: string,
    request: { headers: Readonly<Record<string, string>>; payload: string | object },
  ): Promise<Answer>
  /** When everything that was begun in the background has ended. */
  idle(): Promise<void>
}

interface Answer {
  readonly statusCode: number
  readonly body: string
}

/** What somebody changed about the schedule of the handlers, which has ana and ben. */
const insteadOfAna = kept(1, override(0, 9e12, 'ana', 'cy'), { schedule: 'primary' })

/** The real routes and handlers over a world's records, with the users that it runs with now. */
export async function handlersOf(
  world: EscalationWorld,
  commands: Partial<IncidentCommands> = {},
): Promise<HandlerWorld> {
  const given: HandlerWorld['given'] = []
  const accepted: Declaration[] = []
  const audit: object[] = []
  const entries: AuditEntry[] = []
  const take = (verb: string) => async (command: Command) => {
    given.push({ verb, command })
    return { changed: true, message: `${verb} taken` }
  }
  const all = {
    acknowledge: take('acknowledge'),
    resolve: take('resolve'),
    note: take('note'),
    escalateNow: take('escalate'),
    takeOver: take('take-over'),
    handOver: take('hand-over'),
    snooze: take('snooze'),
    setSeverity: take('severity'),
    applyPolicy: take('apply-policy'),
    merge: take('merge'),
    unmerge: take('unmerge'),
    split: take('split'),
    ...commands,
  }
  const { handlers, idle } = createChannelHandlers({
    settings: { publicUrl, linkKey },
    running: () => ({
      ...atStart,
      users: world.running,
      services: { checkout: { name: 'checkout' } },
      schedules: { primary: alwaysOn('primary', 'ana', 'ben') },
      integrations: {
        ...accounts,
        slack: { ...accounts.slack, responseHosts: [new URL(world.slack.url).host] },
      },
    }),
    records: {
      incidents: world.records.incidents,
      pages: world.records.pages,
      credentials: world.records.credentials,
      scheduleChanges: { list: async () => [insteadOfAna] },
    },
    commands: all,
    declare: async (declaration) => {
      accepted.push(declaration)
      return undefined
    },
    maintenance: maintenanceOver(given),
    silencing: silencingOver(given),
    resolveSecret: (reference) => world.resolveSecret(reference),
    now: () => world.at,
    newId: () => 'id-1',
    auditLog: { append: async (entry) => void entries.push(entry) },
    log: {
      warn: (fields: object) => void audit.push(fields),
      error: (fields: object) => void audit.push(fields),
    },
  })
  const { app, dependencies } = await startWeb({
    ...handlers,
    commands: all,
    incidents: readerOf(world),
    now: () => world.at,
  })
  const { credentials } = world.records
  const users = world.running
  const identities = createIdentities(credentials, () => ({ users }), undefined)
  const checkPageLink = (secret: string, incident: number) => identities.checkPageLink(secret, incident)
  Object.assign(dependencies.credentials, { checkPageLink })
  return {
    app,
    given,
    accepted,
    audit,
    entries,
    bring: (url, request) => app.inject({ method: 'POST', url, ...request }),
    idle,
  }
}

/** Only what a command by the API needs. */
function readerOf({ records: { incidents } }: EscalationWorld) {
  return {
    find: (incident: number) => incidents.find(incident),
    list: () => Promise.resolve([]),
    board: async () => [],
    counts: () => incidents.counts(),
    byChartToken: () => Promise.resolve(undefined),
    events: () => Promise.resolve([]),
    records: () => Promise.resolve(noRecords),
  }
}
