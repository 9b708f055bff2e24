import type { Schedule } from '../../src/domain/on-call/schedule.ts'
import { onCallServiceOver, type TestOnCallService } from '../support/on-call-service.ts'
import { alwaysOn, kept, override, swapOffer, temporary } from '../support/on-call.ts'
import { hostile } from './story.ts'

const hourMs = 3_600_000
const dayMs = 24 * hourMs

/** A rotation with everything that people can do to it, and one that nobody staffs. */
export function busyOnCall(now: number): TestOnCallService {
  const long = 'nora-with-a-name-of-some-length'
  const primary: Schedule = {
    ...alwaysOn('primary'),
    title: `Primary ${hostile}`,
    timeZone: 'Europe/Berlin',
    layers: [
      {
        name: 'turns',
        priority: 1,
        windows: [{ timeZone: 'Europe/Berlin', weekdays: [1, 2, 3, 4, 5, 6], start: '00:00', end: '24:00' }],
        turns: {
          kind: 'rotation',
          timeZone: 'Europe/Berlin',
          start: '2026-02-23T09:00',
          unit: 'daily',
          length: 2,
          participants: [['ben'], ['cy', long], [long], ['ana']],
        },
      },
    ],
  }
  const people = { ana: {}, ben: {}, cy: {}, [long]: {}, [hostile]: {} }
  const service = onCallServiceOver([primary, alwaysOn('secondary')], people)
  const more = { schedule: 'primary', madeBy: 'ben', madeAt: now - hourMs }
  const cover = temporary(now + 6 * dayMs, now + 7 * dayMs, [
    { from: now + 6.5 * dayMs, to: now + 7 * dayMs, people: ['cy'] },
  ])
  service.made.push(
    kept(1, override(now + dayMs, now + 1.5 * dayMs, 'ben', 'cy'), { ...more, reason: hostile }),
    kept(2, cover, more),
    kept(3, swapOffer(now, now + dayMs, 'ana'), { ...more, madeBy: 'ana' }),
  )
  return service
}
