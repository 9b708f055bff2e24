import { describe, expect, it } from 'vitest'
import { settingsFrom } from '../../src/app/settings.ts'

const needed = {
  TEMPORAL_ADDRESS: '127.0.0.1:7233',
  DATABASE_URL: 'postgres://127.0.0.1/firewatch',
  CLICKHOUSE_URL: 'http://127.0.0.1:8123',
}

describe('settings', () => {
  it('name every variable that is missing or wrong at once', () => {
    const wrong = { FIREWATCH_PORT: 'http', FIREWATCH_METRICS_PORT: '70000', FIREWATCH_LOG_LEVEL: 'loud' }
    expect(() => settingsFrom(wrong)).toThrow(
      /TEMPORAL_ADDRESS is not set.*DATABASE_URL is not set.*CLICKHOUSE_URL is not set/,
    )
    expect(() => settingsFrom(wrong)).toThrow(/FIREWATCH_PORT is not a port number/)
    expect(() => settingsFrom(wrong)).toThrow(/FIREWATCH_METRICS_PORT is not a port number/)
    expect(() => settingsFrom(wrong)).toThrow(
      /FIREWATCH_LOG_LEVEL must be one of trace, debug, info, warn, error/,
    )
  })

  it('N39: take a variable that is set to nothing for one that is not set, and no port for another one', () => {
    const empty = {
      FIREWATCH_PORT: '',
      FIREWATCH_METRICS_PORT: '',
      FIREWATCH_LOG_LEVEL: '',
      FIREWATCH_CONFIG: '',
    }
    expect(settingsFrom({ ...needed, ...empty })).toEqual(settingsFrom(needed))
    for (const port of ['0x50', '1e3', ' 80', '-1'])
      expect(() => settingsFrom({ ...needed, FIREWATCH_PORT: port })).toThrow(
        'FIREWATCH_PORT is not a port number',
      )
  })

  it.each(['clickhouse:8123', 'ftp://host', 'http://user:50%off@host:8123'])(
    'N39: name CLICKHOUSE_URL where no client can be made of it: %s',
    (url) => {
      expect(() => settingsFrom({ ...needed, CLICKHOUSE_URL: url })).toThrow(
        /^settings: CLICKHOUSE_URL must look like http\[s\]:\/\/\[user:password@\]host:port/,
      )
    },
  )

  it('stay on loopback, and a worker opens no port, unless told otherwise', () => {
    const { host, port, metricsPort, logLevel } = settingsFrom(needed)
    expect({ host, port, metricsPort, logLevel }).toEqual({
      host: '127.0.0.1',
      port: 4270,
      metricsPort: undefined,
      logLevel: 'info',
    })
  })
})
