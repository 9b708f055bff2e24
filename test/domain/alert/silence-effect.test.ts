import { describe, expect, it } from 'vitest'
import { parseMatchers } from '../../../src/domain/alert/matcher-text.ts'
import { effectOf, effectSentence, type FiringAlert } from '../../../src/domain/alert/silence-effect.ts'

const likes = { incident: 3, title: 'Likes down 67 %', severity: 'P1', owner: null } as const
const disks = { incident: 4, title: 'Disk full', severity: 'P2', owner: 'ben' } as const
const alert = (incident: FiringAlert['incident'], os: string): FiringAlert => ({
  source: 'integration/am',
  fingerprint: `${incident.incident}-${os}`,
  labels: { os, incident: String(incident.incident) },
  annotations: {},
  startsAt: 0,
  incident,
})
const firing = [alert(likes, 'ios'), alert(likes, 'android'), alert(disks, 'ios')]

describe('what a silence silences now', () => {
  it.each([
    ['os="windows"', firing, 'It matches none of 3 firing alerts.'],
    ['os="windows"', [], 'No alert fires now.'],
    ['os="windows"', firing.slice(0, 1), 'It matches none of 1 firing alert.'],
    [
      'os="ios"',
      firing,
      'It matches 2 of 3 firing alerts: 1 in INC-3 (P1, Likes down 67 %), all in INC-4 (P2, Disk full).',
    ],
    [
      'os=~".+"',
      firing,
      'It matches all 3 firing alerts: all in INC-3 (P1, Likes down 67 %), all in INC-4 (P2, Disk full).',
    ],
  ])('%s', (matchers, alerts, sentence) => {
    expect(effectSentence(effectOf(parseMatchers(matchers), alerts))).toBe(sentence)
  })

  it('counts an alert once that is in several incidents', () => {
    const twice = [alert(likes, 'ios'), { ...alert(likes, 'ios'), incident: disks }]
    expect(effectSentence(effectOf(parseMatchers('os=ios'), twice))).toBe(
      'It matches the only firing alert: all in INC-3 (P1, Likes down 67 %), all in INC-4 (P2, Disk full).',
    )
  })

  it('names some of many incidents', () => {
    const many = Array.from({ length: 20 }, (_, n) => alert({ ...likes, incident: n }, 'ios'))
    expect(effectSentence(effectOf(parseMatchers('os=ios'), many))).toMatch(
      /INC-7 .* and more in 12 other incidents\.$/,
    )
  })
})
