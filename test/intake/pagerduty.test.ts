import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BodyRefused } from '../../src/intake/reading.ts'
import { readPagerDutyChange, readPagerDutyEvent } from '../../src/intake/pagerduty.ts'

const context = {
  source: 'integration/shop',
  now: new Date('2026-03-02T03:04:05.000Z'),
  newId: () => '0b5e0a0e-5a9c-4f0e-8d0c-2f8a7d0c1e11',
}
const read = (body: unknown, of: Partial<typeof context> & { service?: string } = {}) =>
  readPagerDutyEvent(body, { ...context, ...of })
const trigger = (payload: object = {}, event: object = {}) => ({
  routing_key: 'k'.repeat(32),
  event_action: 'trigger',
  dedup_key: 'disk',
  payload: { summary: 'Disk is full', source: 'db-1', severity: 'critical', ...payload },
  ...event,
})

/** Of the documentation: https://developer.pagerduty.com/docs/send-alert-event */
const documented = {
  payload: {
    summary: 'DISK at 99% on machine prod-datapipe03.example.com',
    timestamp: '2015-07-17T08:42:58.315+0000',
    severity: 'critical',
    source: 'prod-datapipe03.example.com',
    component: 'mysql',
    group: 'prod-datapipe',
    class: 'disk',
    custom_details: { free_space: '1%', ping_time: '1500ms', load_avg: 0.75 },
  },
  routing_key: 'samplekeyhere',
  dedup_key: 'samplekeyhere',
  images: [{ src: 'https://www.pagerduty.com/chart.png', href: 'https://example.com/', alt: 'Example text' }],
  links: [{ href: 'https://example.com/', text: 'Link text' }],
  event_action: 'trigger',
  client: 'Sample Monitoring Service',
  client_url: 'https://monitoring.example.com',
}

describe('a trigger', () => {
  it('of the documentation is an alert with all that it says', () => {
    expect(read(documented, { service: 'pipeline' })).toEqual({
      dedupKey: 'samplekeyhere',
      changes: [],
      problems: [],
      alerts: [
        {
          source: 'integration/shop',
          eventId: expect.stringMatching(/^integration\/shop\/pagerduty\/samplekeyhere\/[0-9a-f]{32}\/\d+$/),
          fingerprint: 'samplekeyhere',
          status: 'firing',
          labels: {
            alertname: 'disk',
            severity: 'critical',
            source: 'prod-datapipe03.example.com',
            component: 'mysql',
            group: 'prod-datapipe',
            class: 'disk',
            service: 'pipeline',
          },
          annotations: {
            summary: 'DISK at 99% on machine prod-datapipe03.example.com',
            client: 'Sample Monitoring Service',
            client_url: 'https://monitoring.example.com/',
            'Link text': 'https://example.com/',
            'Example text': 'https://www.pagerduty.com/chart.png',
            'Example text 2': 'https://example.com/',
            free_space: '1%',
            ping_time: '1500ms',
            load_avg: '0.75',
          },
          startsAt: '2015-07-17T08:42:58.315Z',
        },
      ],
    })
  })

  it('without a class is named by its summary, without what differs from host to host', () => {
    expect(read(trigger({ summary: 'CPU of web at 93%', source: 'web' })).alerts[0]?.labels).toMatchObject({
      alertname: 'CPU of … at',
    })
  })

  it.each([
    [{ service: 'checkout' }, 'shop', 'checkout'],
    [{ service: ' ' }, 'shop', 'shop'],
    [{}, 'shop', 'shop'],
    [{}, undefined, undefined],
    [['no', 'map'], undefined, undefined],
  ])('with details %j from a sender with service %s is of %s', (details, service, expected) => {
    const { alerts } = read(trigger({ custom_details: details }), service === undefined ? {} : { service })
    expect(alerts[0]?.labels['service']).toBe(expected)
  })

  it.each([
    [{ severity: 'SEV_1' }, { severity: 'SEV_1' }],
    [{ severity: undefined }, { severity: undefined }],
    [{ source: undefined }, { source: undefined }],
    [
      { component: 7, group: true },
      { component: '7', group: 'true' },
    ],
  ])('is taken with %j', (payload, labels) => {
    expect(read(trigger(payload)).alerts[0]?.labels).toMatchObject(
      Object.fromEntries(Object.entries(labels).filter(([, value]) => value !== undefined)),
    )
  })

  it('keeps whole what PagerDuty cuts or refuses for its length', () => {
    const long = 'word '.repeat(5_000)
    const [alert] = read(
      trigger({ summary: long, custom_details: { log: long } }, { dedup_key: long }),
    ).alerts
    expect(alert?.annotations).toMatchObject({ summary: long, log: long })
    expect(alert?.fingerprint.length).toBeLessThanOrEqual(250)
    expect(read(trigger({}, { dedup_key: `${long}!` })).alerts[0]?.fingerprint).not.toBe(alert?.fingerprint)
    expect(read(trigger({}, { dedup_key: long })).dedupKey).toBe(long)
  })

  it('keeps nested details, and those whose names are taken', () => {
    const custom_details = {
      summary: 's',
      client: 'c',
      title: 't',
      firing: [{ pod: 'a' }],
      none: null,
      empty: '',
      'größe/π': false,
    }
    expect(read(trigger({ custom_details }, { client: 'Grafana' })).alerts[0]?.annotations).toEqual({
      summary: 'Disk is full',
      client: 'Grafana',
      'custom_details.summary': 's',
      'custom_details.client': 'c',
      'custom_details.title': 't',
      firing: '[{"pod":"a"}]',
      'größe/π': 'false',
    })
    expect(read(trigger({ custom_details: 'text' })).alerts[0]?.annotations).toMatchObject({
      details: 'text',
    })
  })

  it('leads only to addresses of the web', () => {
    const links = [
      { href: 'javascript:alert(1)', text: 'Run' },
      { href: 'http://user:pw@x.test/', text: 'Password' },
      { href: 'https://x.test/a', text: 'title' },
      { href: 'https://x.test/b', text: 'summary' },
      { href: 'https://x.test/c' },
      { href: 'https://x.test/d' },
      'https://x.test/e',
    ]
    const event = { links, images: 'none', client_url: 'data:text/html,x' }
    expect(read(trigger({}, event)).alerts[0]?.annotations).toEqual({
      summary: 'Disk is full',
      'title 2': 'https://x.test/a',
      'summary 2': 'https://x.test/b',
      link: 'https://x.test/c',
      'link 2': 'https://x.test/d',
    })
  })

  it('without a dedup_key is given one', () => {
    const { dedupKey, alerts } = read(trigger({}, { dedup_key: undefined }))
    expect([dedupKey, alerts[0]?.fingerprint]).toEqual(Array(2).fill('0b5e0a0e5a9c4f0e8d0c2f8a7d0c1e11'))
  })

  it('with a time that cannot be right began when it came, and says what it said', () => {
    const [alert] = read(trigger({ timestamp: 'soon' })).alerts
    expect([alert?.startsAt, alert?.annotations['timestamp']]).toEqual(['2026-03-02T03:04:05.000Z', 'soon'])
  })

  it('is the same event when it is repeated soon, and another when it says something else or comes later', () => {
    const idOf = (payload: object, at = '2026-03-02T03:04:05Z', event: object = {}) =>
      read(trigger(payload, event), { now: new Date(at) }).alerts[0]?.eventId
    expect(idOf({}, '2026-03-02T03:04:35Z')).toBe(idOf({}))
    const others = [
      idOf({}),
      idOf({ summary: 'Disk is fuller' }),
      idOf({ timestamp: '2026-03-02T03:00:00Z' }),
      idOf({}, '2026-03-02T03:09:05Z'),
      idOf({}, undefined, { dedup_key: 'other' }),
    ]
    expect(new Set(others).size).toBe(others.length)
  })
})

describe('a later event', () => {
  it('that resolves ends the alert when it comes, each time', () => {
    let count = 0
    const resolve = () =>
      read({ event_action: 'resolve', dedup_key: 'disk' }, { newId: () => `id-${count++}` }).alerts[0]
    expect(resolve()).toMatchObject({
      source: 'integration/shop',
      fingerprint: 'disk',
      status: 'resolved',
      startsAt: '2026-03-02T03:04:05.000Z',
      endsAt: '2026-03-02T03:04:05.000Z',
    })
    expect(resolve()?.eventId).not.toBe(resolve()?.eventId)
  })

  it('that acknowledges says nothing of an alert', () => {
    expect(read({ event_action: 'acknowledge', dedup_key: 'disk' })).toEqual({
      dedupKey: 'disk',
      alerts: [],
      changes: [],
      problems: [],
    })
  })
})

describe('an event that cannot be taken', () => {
  it.each([
    [[], 'the event is not a JSON object'],
    ['text', 'the event is not a JSON object'],
    [undefined, 'the event is not a JSON object'],
    [{}, "'event_action' must be one of trigger, acknowledge, resolve"],
    [trigger({}, { event_action: 'explode' }), "'event_action' must be one of trigger, acknowledge, resolve"],
    [trigger({ summary: undefined }), "'payload.summary' is missing or blank"],
    [trigger({ summary: ' \n ' }), "'payload.summary' is missing or blank"],
    [trigger({}, { payload: undefined }), "'payload.summary' is missing or blank"],
    [{ event_action: 'resolve' }, "'dedup_key' is missing: it says which alert to resolve"],
    [
      { event_action: 'acknowledge', dedup_key: '' },
      "'dedup_key' is missing: it says which alert to acknowledge",
    ],
  ])('%j says why', (body, problem) => {
    expect(() => read(body)).toThrow(expect.objectContaining({ problems: [problem], statusCode: 400 }))
  })
})

/** Of the documentation: https://developer.pagerduty.com/docs/send-change-event */
const change = {
  routing_key: 'samplekeyhere',
  payload: {
    summary: 'Build Success: Increase snapshot create timeout to 30 seconds',
    source: 'acme-build-pipeline-tool-default-i-9999',
    timestamp: '2020-07-17T08:42:58.315+0000',
    custom_details: { build_state: 'passed', build_number: '2', run_time: '1236s' },
  },
  links: [{ href: 'https://acme.pagerduty.dev/build/2', text: 'View more details in Acme!' }],
}

describe('a change', () => {
  it('of the documentation is kept with all that it says', () => {
    expect(readPagerDutyChange(change, { ...context, service: 'build' })).toEqual({
      alerts: [],
      problems: [],
      changes: [
        {
          changeId: expect.stringMatching(/^integration\/shop\/pagerduty-change\//),
          source: 'integration/shop',
          at: '2020-07-17T08:42:58.315Z',
          summary: 'Build Success: Increase snapshot create timeout to 30 seconds',
          labels: {
            build_state: 'passed',
            build_number: '2',
            run_time: '1236s',
            source: 'acme-build-pipeline-tool-default-i-9999',
            service: 'build',
          },
          links: { 'View more details in Acme!': 'https://acme.pagerduty.dev/build/2' },
        },
      ],
    })
  })

  it('needs to say what was changed, and nothing else', () => {
    expect(() => readPagerDutyChange({ payload: {} }, context)).toThrow(BodyRefused)
    const { changes } = readPagerDutyChange({ payload: { summary: 'x' } }, context)
    expect(changes).toMatchObject([{ summary: 'x', at: '2026-03-02T03:04:05.000Z', labels: {}, links: {} }])
  })
})

describe('whatever is sent', () => {
  const names = [
    'routing_key',
    'event_action',
    'dedup_key',
    'payload',
    'links',
    'images',
    'client',
    'client_url',
  ]
  const value = fc.jsonValue({ maxDepth: 4 }) as fc.Arbitrary<unknown>
  const body = fc.oneof(
    value,
    fc.dictionary(fc.constantFrom(...names), value),
    fc.record({
      event_action: fc.constantFrom('trigger', 'resolve', 'acknowledge', 'Trigger'),
      dedup_key: value,
      payload: value,
      links: fc.array(value),
      images: fc.array(value),
    }),
  )

  it('is read, or refused with a reason', () => {
    const readings = [readPagerDutyEvent, readPagerDutyChange] as const
    fc.assert(
      fc.property(body, fc.constantFrom(...readings), (sent, reader) => {
        try {
          reader(sent, context)
        } catch (error) {
          expect(error).toBeInstanceOf(BodyRefused)
        }
      }),
      { numRuns: 500 },
    )
  })

  it('is taken when it has a summary and an action, whatever stands beside them', () => {
    const payload = fc.dictionary(
      fc.constantFrom(
        'source',
        'severity',
        'timestamp',
        'component',
        'group',
        'class',
        'custom_details',
        'x',
      ),
      value,
    )
    const event = fc.dictionary(fc.constantFrom(...names, 'x'), value)
    fc.assert(
      fc.property(event, payload, (beside, others) => {
        const { alerts } = read({
          ...beside,
          event_action: 'trigger',
          payload: { ...others, summary: 'Disk is full' },
        })
        expect(alerts[0]?.annotations['summary']).toBe('Disk is full')
        const texts = [
          ...Object.values(alerts[0]?.labels ?? {}),
          ...Object.values(alerts[0]?.annotations ?? {}),
        ]
        expect(texts.every((text) => typeof text === 'string' && text !== '')).toBe(true)
      }),
      { numRuns: 500 },
    )
  })
})
