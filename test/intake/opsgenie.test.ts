import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BodyRefused } from '../../src/intake/reading.ts'
import { opsgenieRequestId, readOpsgenieRequestId } from '../../src/intake/opsgenie-requests.ts'
import { opsgenieAlertId, readOpsgenieAlert, readOpsgenieClose } from '../../src/intake/opsgenie.ts'

const context = {
  source: 'integration/shop',
  now: new Date('2026-03-02T03:04:05.000Z'),
  newId: () => '0b5e0a0e-5a9c-4f0e-8d0c-2f8a7d0c1e11',
}
const read = (body: unknown, of: { readonly service?: string; readonly now?: Date } = {}) =>
  readOpsgenieAlert(body, { ...context, ...of })
const labelsOf = (body: object) => read({ message: 'x', ...body }).alerts[0]?.labels

/** Of the documentation: https://docs.opsgenie.com/docs/alert-api#create-alert */
const documented = {
  message: 'An example alert message',
  alias: 'Life is too short for no alias',
  description: 'Every alert needs a description',
  responders: [{ id: '4513b7ea-3b91-438f-b7e4-e3e54af9147c', type: 'team' }],
  visibleTo: [{ name: 'rocket_team', type: 'team' }],
  actions: ['Restart', 'AnExampleAction'],
  tags: ['OverwriteQuietHours', 'Critical'],
  details: { key1: 'value1', key2: 'value2' },
  entity: 'An example entity',
  priority: 'P1',
}

describe('an alert', () => {
  it('of the documentation says all that it said', () => {
    const alertId = opsgenieAlertId('Life is too short for no alias')
    expect(read(documented, { service: 'checkout' })).toEqual({
      alertId,
      changes: [],
      problems: [],
      alerts: [
        {
          source: 'integration/shop',
          eventId: expect.stringMatching(`^integration/shop/opsgenie/${alertId}/[0-9a-f]{32}/\\d+$`),
          fingerprint: alertId,
          status: 'firing',
          labels: {
            alertname: 'An example alert message',
            entity: 'An example entity',
            service: 'checkout',
            severity: 'critical',
            priority: 'P1',
          },
          annotations: {
            summary: 'An example alert message',
            alias: 'Life is too short for no alias',
            description: 'Every alert needs a description',
            tags: 'OverwriteQuietHours, Critical',
            responders: '[{"id":"4513b7ea-3b91-438f-b7e4-e3e54af9147c","type":"team"}]',
            visibleTo: '[{"name":"rocket_team","type":"team"}]',
            actions: '["Restart","AnExampleAction"]',
            key1: 'value1',
            key2: 'value2',
          },
          startsAt: '2026-03-02T03:04:05.000Z',
        },
      ],
    })
  })

  it.each([
    ['P1', 'critical', 'P1'],
    ['P2', 'high', 'P2'],
    ['P3', 'warning', 'P3'],
    ['p4', 'low', 'P4'],
    ['P5', 'info', 'P5'],
    [undefined, 'warning', 'P3'],
    ['', 'warning', 'P3'],
    ['disaster', 'disaster', 'disaster'],
    ['constructor', 'constructor', 'constructor'],
  ])('of priority %s is %s', (written, severity, priority) => {
    expect(labelsOf({ priority: written })).toMatchObject({ severity, priority })
  })

  it('has the name and the service that its details say, as Alertmanager and Grafana send them', () => {
    expect(labelsOf({ details: { alertname: 'DiskFull', service: 'checkout', pod: 'a' } })).toMatchObject({
      alertname: 'DiskFull',
      service: 'checkout',
    })
  })

  it('keeps whole what Opsgenie cuts or refuses for its length', () => {
    const long = 'word '.repeat(5_000)
    const tags = Array.from({ length: 100 }, () => 'x'.repeat(100))
    const details = { note: long, title: 'b' }
    const body = { message: long, description: long, note: long, entity: long, source: long, tags, details }
    const [alert] = read(body).alerts
    expect(alert?.annotations).toEqual({
      summary: long,
      description: long,
      note: long,
      tags: tags.join(', '),
      'details.note': long,
      'details.title': 'b',
    })
    expect(alert?.labels).toMatchObject({ entity: long, source: long })
  })

  it('without an alias has one of its own each time', () => {
    expect(read({ message: 'x' }).alertId).toBe('0b5e0a0e-5a9c-4f0e-8d0c-2f8a7d0c1e11')
  })

  it('is the same event when it is repeated soon, and another when it says something else', () => {
    const idOf = (message: string, at: string) =>
      read({ message, alias: 'a' }, { now: new Date(at) }).alerts[0]?.eventId
    const first = idOf('x', '2026-03-02T03:04:05Z')
    expect(idOf('x', '2026-03-02T03:04:35Z')).toBe(first)
    expect(idOf('y', '2026-03-02T03:04:05Z')).not.toBe(first)
    expect(idOf('x', '2026-03-02T03:09:05Z')).not.toBe(first)
  })

  it.each([{}, { message: '' }, { message: ' \n' }, { message: null }, [], 'text', null, undefined])(
    'is refused without a message: %j',
    (body) => {
      expect(() => read(body)).toThrow(
        expect.objectContaining({ problems: ['message: Message can not be empty.'] }),
      )
    },
  )
})

describe('the id of an alert', () => {
  it('finds it, and its alias does too', () => {
    const { alertId } = read({ message: 'x', alias: 'größe / 7' })
    for (const identifier of ['größe / 7', alertId])
      expect(readOpsgenieClose(identifier, context)).toMatchObject({
        alertId,
        alerts: [{ source: 'integration/shop', fingerprint: alertId, status: 'resolved' }],
      })
  })

  it('tells aliases apart, and looks like one of Opsgenie', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (a, b) => {
        expect(opsgenieAlertId(a)).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
        expect(opsgenieAlertId(opsgenieAlertId(a))).toBe(opsgenieAlertId(a))
        if (a !== b) expect(opsgenieAlertId(a)).not.toBe(opsgenieAlertId(b))
      }),
    )
  })
})

describe('the id of a request', () => {
  it('says what came of it', () => {
    const request = {
      action: 'Close',
      processedAt: '2026-03-02T03:04:05.678Z',
      alertId: opsgenieAlertId('disk'),
    }
    expect(readOpsgenieRequestId(opsgenieRequestId(request))).toEqual(request)
  })

  it.each(['', 'x', `${'x'.repeat(36)}-1234567890123-Create`, `${opsgenieAlertId('a')}-1-Create`])(
    '%s is none',
    (id) => {
      expect(readOpsgenieRequestId(id)).toBeUndefined()
    },
  )
})

it('whatever is sent is read, or refused with a reason; with a message it is taken', () => {
  const names = Object.keys({ ...documented, source: '', user: '', note: '' })
  const value = fc.jsonValue({ maxDepth: 4 }) as fc.Arbitrary<unknown>
  fc.assert(
    fc.property(fc.oneof(value, fc.dictionary(fc.constantFrom(...names), value)), (body) => {
      try {
        read(body)
      } catch (error) {
        expect(error).toBeInstanceOf(BodyRefused)
      }
      const beside = typeof body === 'object' && body !== null ? body : {}
      const [alert] = read({ ...beside, message: 'Disk is full' }).alerts
      expect(alert?.annotations['summary']).toBe('Disk is full')
      const texts = [...Object.values(alert?.labels ?? {}), ...Object.values(alert?.annotations ?? {})]
      expect(texts.every((text) => typeof text === 'string' && text !== '')).toBe(true)
    }),
    { numRuns: 500 },
  )
})
