import { expect, test } from 'vitest'
import { serverEnvironment } from '../../src/embedded/server-environment.ts'

test('servers see neither the secrets of other systems nor settings meant for others', () => {
  const env = {
    PATH: '/bin',
    HOME: '/home/ada',
    PAGERDUTY_ROUTING_KEY: 'secret',
    PGPORT: '1',
    TEMPORAL_ENV: 'x',
  }
  expect(serverEnvironment(env)).toEqual({ PATH: '/bin', HOME: '/home/ada', LC_ALL: 'C', TZ: 'UTC' })
})
