import { describe, expect, it } from 'vitest'
import { isFromSlack, signatureOf } from '../../src/slack/signature.ts'

/** As published: https://docs.slack.dev/authentication/verifying-requests-from-slack */
const secret = '8f742231b10e8888abcd99yyyzzz85a5'
const timestamp = '1531420618'
const body = Buffer.from(
  'token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar' +
    '&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com' +
    '%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c',
)
const signature = 'v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503'
const at = (seconds: number) => new Date((Number(timestamp) + seconds) * 1000)
const request = { timestamp, signature, body }

describe('S01: the published example of a signature', () => {
  it('S01: is what is computed', () => {
    expect(signatureOf(secret, timestamp, body)).toBe(signature)
  })

  it('S01: is accepted at its time', () => {
    expect(isFromSlack(request, secret, at(0))).toBe(true)
  })

  it.each([
    ['another secret', request, `${secret}x`],
    ['no secret', request, ''],
    ['another body', { ...request, body: Buffer.concat([body, Buffer.from('&')]) }, secret],
    ['another time', { ...request, timestamp: '1531420619' }, secret],
    ['a signature cut short', { ...request, signature: signature.slice(0, -1) }, secret],
    ['another version', { ...request, signature: signature.replace('v0', 'v1') }, secret],
    ['upper case', { ...request, signature: signature.toUpperCase() }, secret],
    ['no signature', { ...request, signature: undefined }, secret],
  ])('S01: is refused with %s', (_, changed, key) => {
    expect(isFromSlack(changed, key, at(0))).toBe(false)
  })
})

describe('S02: the window of replays', () => {
  it.each([
    [0, true],
    [299, true],
    [300, true],
    [301, false],
    [-299, true],
    [-301, false],
  ])('S02: %i s after the timestamp', (seconds, accepted) => {
    expect(isFromSlack(request, secret, at(seconds))).toBe(accepted)
  })

  it.each([
    undefined,
    '',
    'now',
    '15314206.18',
    '-1531420618',
    '1531420618 ',
    '0x5b47a28a',
    'NaN',
    'Infinity',
  ])('S02: a timestamp of %j is refused, even when it is signed', (odd) => {
    const signed = signatureOf(secret, odd ?? '', body)
    expect(isFromSlack({ timestamp: odd, signature: signed, body }, secret, at(0))).toBe(false)
  })
})
