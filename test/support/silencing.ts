import type { Silencing } from '../../src/domain/alert/silence-request.ts'
import type { TestWeb } from '../web/world.ts'

/** Takes what it is asked for. */
export function silencingOver(given: TestWeb['given']): Silencing {
  const silence = {
    id: '5f0c1d2e-0000-4000-8000-000000000000',
    matchers: [{ name: 'os', operator: '=', value: '<b>ios' }],
    startsAt: 0,
    endsAt: Date.parse('2030-01-01T00:00:00Z'),
    updatedAt: 0,
    createdBy: 'ben',
    comment: 'new disks',
  } as const
  const expired = { ...silence, id: '6f0c1d2e-0000-4000-8000-000000000000', endsAt: 1 }
  return {
    listed: async (withExpired) => (withExpired === true ? [silence, expired] : [silence]),
    find: async (id) => (id === silence.id ? silence : undefined),
    preview: async ({ matchers }) => ({ kind: 'done', message: `${matchers.join(', ')} would be silenced` }),
    add: async (request, actor, commandId) => {
      given.push({ verb: 'silence', command: { incident: 0, actor, at: '', commandId, ...request } })
      return { kind: 'done', message: `${request.matchers.join(', ')} is silenced`, silence }
    },
    expire: async (id) =>
      id === silence.id
        ? { kind: 'done', message: 'expired', silence: expired }
        : { kind: 'refused', message: `there is no silence ${id}` },
  }
}
