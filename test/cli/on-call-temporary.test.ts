import { describe, expect, it } from 'vitest'
import { emptiedText } from '../../src/cli/on-call-changing.ts'
import { alwaysOn } from '../support/on-call.ts'

const view = { timeZone: 'Europe/Berlin' }
const span = { from: Date.parse('2026-12-24T00:00+01:00'), to: Date.parse('2026-12-27T00:00+01:00') }

describe('N39: a temporary schedule without shifts', () => {
  it('shows whose shifts it would take away', () => {
    const text = emptiedText(alwaysOn('primary', 'ana', 'ben'), span, view)
    expect(text).toContain(
      'Without shifts nobody is on call for primary from Thu 2026-12-24 00:00+01:00 to Sun 2026-12-27 00:00+01:00. This takes away 72 h',
    )
    expect(text).toMatch(/^Thu 2026-12-24 00:00\+01:00 +Sun 2026-12-27 00:00\+01:00 +3 d +ana, ben$/m)
  })

  it('says where nobody is on call anyway', () => {
    expect(emptiedText({ ...alwaysOn('primary'), layers: [] }, span, view)).toContain('anyway')
  })
})
