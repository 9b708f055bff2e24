import { generateKeyPairSync } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { connectionSettings, temporalAccessFrom } from '../../src/temporal/access.ts'

const certificates = new URL('certificates/', import.meta.url)
const [ca, certificate, key] = await Promise.all(
  ['ca.pem', 'client.pem', 'client.key'].map((name) => readFile(new URL(name, certificates), 'utf8')),
)
const folder = await mkdtemp(join(tmpdir(), 'firewatch-pem-'))
afterAll(() => rm(folder, { recursive: true, force: true }))

const now = new Date('2026-12-01T00:00:00Z')
const names = {
  ca: 'TEMPORAL_TLS_SERVER_CA_CERT',
  certificate: 'TEMPORAL_TLS_CLIENT_CERT',
  key: 'TEMPORAL_TLS_CLIENT_KEY',
} as const
type Given = Partial<Record<keyof typeof names, string>>
const all = { ca, certificate, key } as Required<Given>

const settings = (env: Record<string, string>, at = now) =>
  connectionSettings(
    'temporal.test:7233',
    temporalAccessFrom(env, (problem) => expect.fail(problem)),
    at,
  )

const asData = (given: Given) =>
  Object.fromEntries(
    Object.entries({ ...all, ...given }).map(([name, text]) => [
      `${names[name as keyof typeof names]}_DATA`,
      text,
    ]),
  )

async function asPaths(given: Given): Promise<Record<string, string>> {
  const files = Object.entries({ ...all, ...given }).map(async ([name, text]) => {
    const path = join(folder, `${name}.pem`)
    await writeFile(path, text)
    return [`${names[name as keyof typeof names]}_PATH`, path] as const
  })
  return Object.fromEntries(await Promise.all(files))
}

const fresh = generateKeyPairSync('ec', { namedCurve: 'prime256v1' }).privateKey
const otherKey = fresh.export({ type: 'pkcs8', format: 'pem' }).toString()
const encrypted = fresh
  .export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' })
  .toString()
const oldEncrypted = fresh
  .export({ type: 'sec1', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' })
  .toString()

describe('N45: certificates and keys', () => {
  it.each([
    ['CRLF', (text: string) => text.replaceAll('\n', '\r\n')],
    ['CR', (text: string) => text.replaceAll('\n', '\r')],
    ['a byte order mark', (text: string) => `\uFEFF${text}`],
    ['words before them', (text: string) => `Bag Attributes\n    friendlyName: firewatch\n${text}`],
  ])('N45: are read with %s, as files and as texts', async (_, change) => {
    const given = { ca: change(all.ca), certificate: change(all.certificate), key: change(all.key) }
    const expected = await settings(asData({}))
    const plain = (text: Buffer | undefined) => text?.toString().replace(/^Bag[^]*?(?=-----)/, '')
    for (const env of [asData(given), await asPaths(given)]) {
      const { tls } = await settings(env)
      expect(plain(tls?.serverRootCACertificate)).toBe(plain(expected.tls?.serverRootCACertificate))
      expect(plain(tls?.clientCertPair?.crt)).toBe(all.certificate)
      expect(plain(tls?.clientCertPair?.key)).toBe(all.key)
    }
  })

  it('N45: are read with line ends written as \\n, as files of variables have them', async () => {
    const { tls } = await settings(asData({ key: all.key.replaceAll('\n', '\\n') }))
    expect(tls?.clientCertPair?.key.toString()).toBe(all.key)
  })

  const refused: [string, Given, RegExp][] = [
    [
      'a key that is another certificate’s',
      { key: otherKey },
      /CLIENT_KEY_.* is not the key of the first certificate in .*CLIENT_CERT_/,
    ],
    [
      'a certificate of somebody else',
      { certificate: all.ca },
      /CLIENT_KEY_.* is not the key of the first certificate/,
    ],
    ['an encrypted key', { key: encrypted }, /CLIENT_KEY_.* is encrypted, .* decrypt it/],
    [
      'an encrypted key of the older form',
      { key: oldEncrypted },
      /CLIENT_KEY_.* is encrypted, .* decrypt it/,
    ],
    [
      'certificate and key that were swapped',
      { certificate: all.key, key: all.certificate },
      /CLIENT_CERT_.* holds (?:EC |RSA )?PRIVATE KEY where a certificate is expected/,
    ],
    [
      'a certificate for a key',
      { key: all.certificate },
      /CLIENT_KEY_.* holds CERTIFICATE where a private key is expected/,
    ],
    [
      'a key for an authority',
      { ca: all.key },
      /SERVER_CA_CERT_.* holds (?:EC |RSA )?PRIVATE KEY where a certificate is expected/,
    ],
    [
      'half a certificate',
      { certificate: all.certificate.slice(0, 200) },
      /CLIENT_CERT_.*: certificate 1 cannot be read/,
    ],
    ['half a key', { key: all.key.slice(0, 90) }, /CLIENT_KEY_.*: its private key cannot be read/],
    ['no PEM text', { ca: 'MIIB' }, /SERVER_CA_CERT_.* holds no PEM text/],
  ]
  it.each(refused)('N45: tells of %s, where it is, and not what is in it', async (_, given, reason) => {
    for (const env of [asData(given), await asPaths(given)]) {
      const told = await settings(env).then(
        () => 'nothing',
        (error: unknown) => String(error),
      )
      expect(told).toMatch(reason)
      for (const text of Object.values({ ...all, ...given }))
        expect(told).not.toContain(text.split('\n')[1] ?? text)
    }
  })

  it.each([
    ['2200-01-01T00:00:00Z', /its certificate expired at 2126-/],
    ['2001-01-01T00:00:00Z', /its certificate is not valid before 20/],
  ])('N45: tells of certificates that do not hold at %s', async (at, reason) => {
    await expect(settings(asData({}), new Date(at))).rejects.toThrow(reason)
    const client = { ...asData({}) }
    delete client['TEMPORAL_TLS_SERVER_CA_CERT_DATA']
    await expect(settings(client, new Date(at))).rejects.toThrow(reason)
  })
})
