import { describe, expect, it } from 'vitest'
import type { Contact } from '../../../src/domain/configuration/people.ts'
import { isReadByOne, ownChats } from '../../../src/domain/page/page-link.ts'
import { user } from '../../support/pages.ts'

const slack = (to: string): Contact => ({ channel: 'slack', to })
const telegram = (chatId: string): Contact => ({ channel: 'telegram', chatId, token: '${env:T}' })
const email = (address: string): Contact => ({ channel: 'email', address })
const pagerDuty = (key: string): Contact => ({ channel: 'pagerduty', routingKey: key })
const webhook = (url: string): Contact => ({ channel: 'webhook', url })

describe('N30: whether one person alone reads what goes over a contact', () => {
  it.each<[Contact, boolean]>([
    [slack('U0123456789'), true],
    [slack('W0123456789'), true],
    [slack('D0123456789'), true],
    [slack('C0123456789'), false],
    [slack('G0123456789'), false],
    [telegram('42'), true],
    [telegram('-42'), false],
    [telegram('-100123'), false],
    [telegram('@our_alerts'), false],
    [email('ana@example.org'), true],
    [pagerDuty('${env:ANA}'), true],
    [webhook('${env:HOOK}'), true],
  ])('%j: %s', (contact, isOwn) => {
    expect(isReadByOne('ana', contact, { ana: user('ana', [contact]) })).toBe(isOwn)
  })

  it.each<[string, Contact, Contact, boolean]>([
    ['a list by mail', email('sre@example.org'), email('SRE@example.org'), false],
    ['one chat', telegram('42'), telegram('42'), false],
    ['one service of PagerDuty', pagerDuty('${env:K}'), pagerDuty('${env:K}'), false],
    ['one direct message', slack('D0123456789'), slack('D0123456789'), false],
    ['a program that is told for whom each message is', webhook('${env:H}'), webhook('${env:H}'), true],
    ['boxes of their own', email('ana@example.org'), email('ben@example.org'), true],
  ])('that two people have as theirs: %s', (_, one, other, isOwn) => {
    const users = { ana: user('ana', [one]), ben: user('ben', [slack('U0000000001'), other]) }
    expect(isReadByOne('ana', one, users)).toBe(isOwn)
  })

  it('is nobody who is no user: a shared channel, somebody who has left, a name of Object', () => {
    for (const name of ['#ops', 'gone', 'constructor', '__proto__'])
      expect(isReadByOne(name, slack('U0123456789'), {})).toBe(false)
  })

  it('chooses the chats and boxes of a person in their order, and no pager', () => {
    const contacts = [
      webhook('x'),
      slack('C0123456789'),
      email('ana@example.org'),
      pagerDuty('k'),
      telegram('42'),
    ]
    const ana = user('ana', contacts)
    expect(ownChats(ana, { ana }).map(({ channel }) => channel)).toEqual(['email', 'telegram'])
  })
})
