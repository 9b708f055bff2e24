import { createSign, generateKeyPairSync, type KeyObject } from 'node:crypto'

/* As much of DER as a certificate with one name of a server needs: https://www.rfc-editor.org/rfc/rfc5280#section-4.1 */

function element(tag: number, ...contents: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(contents)
  const length = content.length
  const bytes = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
  return Buffer.concat([Buffer.from([tag, ...bytes]), content])
}

const sequence = (...contents: readonly Uint8Array[]) => element(0x30, ...contents)
/** 1.2.840.113549.1.1.11, sha256WithRSAEncryption */
const algorithm = sequence(element(0x06, Buffer.from('2a864886f70d01010b', 'hex')), element(0x05))
/** 2.5.4.3, commonName */
const commonName = element(0x06, Buffer.from('550403', 'hex'))
/** 2.5.29.17, subjectAltName */
const subjectAltName = element(0x06, Buffer.from('551d11', 'hex'))
const version3 = element(0xa0, element(0x02, Buffer.from([2])))
const nameOf = (text: string) =>
  sequence(element(0x31, sequence(commonName, element(0x0c, Buffer.from(text)))))
const timeOf = (at: Date) =>
  element(0x18, Buffer.from(`${at.toISOString().replaceAll(/[-:T]|\.\d+Z/g, '')}Z`))

export interface TestCertificate {
  readonly pem: string
  readonly privateKey: KeyObject
}

/** A certificate that its own key signed. @param host the server that it names */
export function selfSigned(validFrom: Date, validTo: Date, host = 'sns.amazonaws.com'): TestCertificate {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const name = nameOf(host)
  const hosts = element(0x04, sequence(element(0x82, Buffer.from(host))))
  const signed = sequence(
    version3,
    element(0x02, Buffer.from([1])),
    algorithm,
    name,
    sequence(timeOf(validFrom), timeOf(validTo)),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    element(0xa3, sequence(sequence(subjectAltName, hosts))),
  )
  const signature = createSign('RSA-SHA256').update(signed).sign(privateKey)
  const der = sequence(signed, algorithm, element(0x03, Buffer.from([0]), signature))
  const lines = der.toString('base64').replaceAll(/.{64}/g, '$&\n')
  return { pem: `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`, privateKey }
}
