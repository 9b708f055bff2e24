import { describe, expect, it } from 'vitest'
import { parseMail } from '../../../examples/fakes/mail-parts.ts'

describe('the mail reader of the fake', () => {
  it('reads folded heads, encoded words and both encodings of a body', () => {
    const raw = [
      'Subject: =?UTF-8?Q?F=C3=BC?=',
      ' =?UTF-8?B?bmY=?= x',
      'Content-Type: multipart/alternative; boundary="b"',
      '',
      '--b',
      'Content-Type: text/plain; charset=utf-8',
      'Content-Transfer-Encoding: quoted-printable',
      '',
      'f=C3=BCnf =',
      'Mal',
      '--b',
      'Content-Type: text/html',
      'Content-Transfer-Encoding: base64',
      '',
      'PGI+',
      '--b--',
      '',
    ].join('\r\n')
    expect(parseMail(raw)).toMatchObject({ subject: 'Fünf x', text: 'fünf Mal', html: '<b>' })
  })

  it.each([
    ['a bare line feed', 'Subject: x\n\r\n', 'CRLF'],
    ['a bare carriage return', 'Subject: x\r\r\n\r\n', 'CRLF'],
    ['a line of 999', `Subject: ${'x'.repeat(990)}\r\n\r\n`, '999 characters'],
    ['two subjects', 'Subject: x\r\nSubject: y\r\n\r\n', '2 subjects'],
    ['no head at all', 'hello\r\n\r\n', 'is not a header'],
  ])('refuses %s', (_, raw, reason) => {
    expect(() => parseMail(raw)).toThrow(reason)
  })
})
