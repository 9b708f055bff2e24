import { describe, expect, it } from 'vitest'
import { incidentTitle } from '../../../src/domain/incident/incident.ts'

const labels = { alertname: 'CheckoutDown', severity: 'critical' }

describe('the title of an incident', () => {
  it.each([
    [
      'names what is wrong where the alert says it',
      { title: 'Likes on iOS down 67 %' },
      'Likes on iOS down 67 % (shop)',
    ],
    ['names the rule where the alert does not', { summary: 'Nobody can pay' }, 'shop: CheckoutDown'],
    ['is one line', { title: 'Likes\n\ton iOS\r\ndown' }, 'Likes on iOS down (shop)'],
    ['is not blank', { title: ' \n ' }, 'shop: CheckoutDown'],
  ])('%s', (_, annotations, title) => {
    expect(incidentTitle(annotations, labels, 'shop')).toBe(title)
  })

  it('is bounded, whatever an alert says, and never ends within a character', () => {
    const title = incidentTitle({ title: '💥'.repeat(500) }, labels, 'shop')
    expect(title.length).toBeLessThan(180)
    expect(title.isWellFormed()).toBe(true)
  })

  it('does without a name', () => {
    expect(incidentTitle({}, {}, 'shop')).toBe('shop: alert')
  })
})
