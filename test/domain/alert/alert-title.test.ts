import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  alertTitle,
  firingTitle,
  nameWords,
  openingTitle,
  worstFirst,
} from '../../../src/domain/alert/alert-title.ts'
import type { Alert } from '../../../src/domain/alert/alert.ts'
import { declaredIn } from '../../../src/domain/alert/declaration.ts'
import { alert } from '../../support/pages.ts'

const labels = { alertname: 'orders-drop', severity: 'critical' }

function one(annotations: Alert['annotations'], more: Alert['labels'] = {}): Alert {
  return alert('', { annotations, labels: { ...labels, ...more } })
}

describe('N32: the title of an incident', () => {
  it.each<[string, Alert['annotations'], Alert['labels'], string, string]>([
    [
      'says what is wrong as the check found it',
      { title: 'Likes on iOS down 67 %', summary: 'Likes: 4' },
      {},
      'feed',
      'Likes on iOS down 67 % (feed)',
    ],
    [
      'is in the words of whoever wrote the alert',
      { summary: 'Nobody can pay' },
      {},
      'shop',
      'Nobody can pay (shop)',
    ],
    ['is one line', { title: 'Likes\n\ton iOS\r\ndown' }, {}, 'shop', 'Likes on iOS down (shop)'],
    [
      'passes over what is blank',
      { title: ' \n ', summary: 'Nobody can pay' },
      {},
      'shop',
      'Nobody can pay (shop)',
    ],
    ['has the words of a name where there are no others', {}, {}, 'shop', 'Orders drop (shop)'],
    [
      'says where without a service',
      {},
      { alertname: 'HighErrorRate', job: 'api', instance: 'db1:9100' },
      'unknown',
      'High error rate (instance db1:9100)',
    ],
    ['invents no place', {}, { alertname: 'HighErrorRate' }, 'unknown', 'High error rate'],
  ])('%s', (_, annotations, more, service, title) => {
    expect(openingTitle([one(annotations, more)], service)).toBe(title)
  })

  it('of many alerts tells first how many there are, then the worst', () => {
    const series = (title: string, distance: number) =>
      one({ title, distance: String(distance) }, { check: 'feed-activity' })
    const three = [
      series('Views down 51 %', 0.51),
      series('Likes on iOS down 97 %', 0.97),
      series('Likes down 60 %', 0.6),
    ]
    expect(firingTitle(three, 14, 'feed')).toBe('14 series, worst: Likes on iOS down 97 % (feed)')
    const named = three.map((each) => ({
      ...each,
      annotations: { ...each.annotations, checkTitle: 'Feed activity' },
    }))
    expect(firingTitle(named, 10_000, 'feed')).toBe(
      '10,000 series of Feed activity, worst: Likes on iOS down 97 % (feed)',
    )
    expect(firingTitle([...three, one({ title: 'Disk full' }, { severity: 'P0' })], 4, 'feed')).toBe(
      '4 alerts, worst: Disk full (feed)',
    )
  })

  it('counts what fires, not what has cleared by then', () => {
    const cleared = { ...one({ title: 'Views down 99 %', distance: '0.99' }), status: 'resolved' as const }
    expect(openingTitle([cleared, one({ title: 'Likes down 60 %' })], 'feed')).toBe('Likes down 60 % (feed)')
    expect(openingTitle([cleared], 'feed')).toBe('Views down 99 % (feed)')
    expect(openingTitle([], 'feed')).toBe('Alert of feed')
  })

  it('keeps its total and its service whatever alerts say, and never ends within a character', () => {
    const family = '👩‍👩‍👧'
    const title = firingTitle([one({ title: family.repeat(500) })], 3, 'shop')
    expect(title).toMatch(/^3 alerts, worst: (?:👩‍👩‍👧)+… \(shop\)$/u)
    expect(title.length).toBeLessThan(220)
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 500 }),
        fc.string({ unit: 'binary' }),
        (text, service) => {
          const told = firingTitle([one({ title: text })], 3, service)
          expect(told.startsWith('3 alerts, worst: ')).toBe(true)
          expect(told.isWellFormed()).toBe(true)
          expect(told).not.toMatch(/[\n\r]/)
        },
      ),
    )
  })
})

it.each([
  [{ title: '\u202eevil', summary: 'x' }, {}, 'evil (shop)'],
  [{ title: '\u200b\u200b', summary: 'Nobody can pay' }, {}, 'Nobody can pay (shop)'],
  [{ title: '\u2060' }, { alertname: '\u200b' }, 'Alert (shop)'],
])('N32: a title is something that can be read: %j', (annotations, more, title) => {
  expect(firingTitle([one(annotations, more)], 1, 'shop')).toBe(title)
})

it.each([
  ['HighErrorRate', 'High error rate'],
  ['KubePodCrashLooping', 'Kube pod crash looping'],
  ['CPUThrottlingHigh', 'CPU throttling high'],
  ['NodeDiskIOSaturation', 'Node disk IO saturation'],
  ['HTTP5xxRate', 'HTTP5xx rate'],
  ['etcdHighCommitDurations', 'etcd high commit durations'],
  ['orders-drop', 'Orders drop'],
  ['orders_drop.total', 'Orders drop total'],
  ['p99-high', 'p99 high'],
  ['Disk is Full', 'Disk is Full'],
  ['größe', 'Größe'],
  ['--', '--'],
  ['HTTPErrors5xxHigh', 'HTTP errors5xx high'],
  ['iOSLikesDown', 'iOS likes down'],
  ['LikesDownOniOS', 'Likes down on iOS'],
  ['PostgreSQLDown', 'PostgreSQL down'],
  ['KubeMySQLSlow', 'Kube MySQL slow'],
  ['HighDBLoad', 'High DB load'],
  ['IPv6Unreachable', 'IPv6 unreachable'],
  ['ClickHouseTooManyParts', 'ClickHouse too many parts'],
  ['ПриложениеНеОтвечает', 'Приложение не отвечает'],
  ['GrößeÜberschritten', 'Größe überschritten'],
  ['磁盘已满', '磁盘已满'],
])('N32: the name %s has the words %s', (name, words) => {
  expect(nameWords(name)).toBe(words)
})

it('N32: alerts are read the most severe first, then by their distance', () => {
  const told = (name: string, severity: string, distance?: string) =>
    one({ title: name, ...(distance === undefined ? {} : { distance }) }, { severity })
  const alerts = [
    told('minor', 'info', '0.99'),
    told('near', 'critical', '0.1'),
    told('none', 'critical'),
    told('far', 'critical', '0.8'),
    told('absurd', 'critical', 'NaN'),
    told('all hands', 'P0'),
    told('beyond', 'critical', '1e308'),
  ]
  expect(worstFirst(alerts).map(alertTitle)).toEqual([
    'all hands',
    'beyond',
    'far',
    'near',
    'none',
    'absurd',
    'minor',
  ])
})

it.each([
  ['shop: nobody can pay', 'shop', 'nobody can pay'],
  ['shop.api:nobody can pay', 'shop.api', 'nobody can pay'],
  ['k8s/pod: crash loops', 'k8s/pod', 'crash loops'],
  ['größe: zu klein', 'größe', 'zu klein'],
  ['shop:eu: slow', 'shop:eu', 'slow'],
  ['shops: slow', undefined, 'shops: slow'],
  ['shop:  ', 'shop', ''],
])('N32: a declaration names its service first, whatever it is called: %s', (written, service, title) => {
  const services = ['shop', 'shop.api', 'k8s/pod', 'größe', 'shop:eu']
  expect(declaredIn(written, services)).toEqual(service === undefined ? { title } : { service, title })
})

it.each([
  ['  ', {}, 'CPU hot'],
  ['\u200b', { pod: '\u200b', host: 'db1' }, 'CPU hot (host db1)'],
  ['unknown', { pod: ' ', host: 'db1' }, 'CPU hot (host db1)'],
])('N32: nowhere is no place: service %j, labels %j', (service, more, title) => {
  expect(firingTitle([one({ summary: 'CPU hot' }, more)], 1, service)).toBe(title)
})
