import { expect, it } from 'vitest'
import { maintain } from '../../src/answers/maintenance.ts'
import type { MaintenanceAnnouncements } from '../../src/domain/escalate/maintenance.ts'

const at = (minute: string) => Date.parse(`2026-03-02T${minute}:00Z`)

it('N33: a list of maintenance in chat goes by the clock of whoever asks', async () => {
  const listed = async () => [
    { id: '3', service: 'feed', from: at('02:00'), to: at('04:00'), reason: 'new disks', madeBy: 'ben' },
    { id: null, service: 'shop', from: at('23:30'), to: at('23:45'), reason: 'backup', madeBy: null },
  ]
  const answer = await maintain(
    { listed } as unknown as MaintenanceAnnouncements,
    'ana',
    { kind: 'list' },
    { channel: 'slack', id: 'U1' },
    { timeZone: 'Europe/Berlin', now: at('03:00') },
  )
  expect(answer).toEqual({
    kind: 'done',
    message: [
      '3: feed until 05:00 CET (2 h), by ben: new disks',
      'shop from Tue 3 Mar 00:30 CET until Tue 3 Mar 00:45 CET (15 min), configured: backup',
    ].join('\n'),
  })
})
