import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { errorCode, errorMessage } from '../domain/values/error-message.ts'

/** PEM text, or the path of a file that holds it, read anew at each connection; and the variable that says so. */
export type Pem =
  | { readonly variable: string; readonly path: string }
  | { readonly variable: string; readonly pem: string }

/**
 * The certificates of authorities.
 * @throws naming file or variable, and never what is in one
 */
export async function readAuthority(source: Pem, now: Date): Promise<Buffer> {
  const text = await textOf(source)
  const expired = certificatesIn(text, source).map((one) => validityProblem(one, now))
  if (expired.every((problem) => problem !== undefined))
    throw new Error(`${nameOf(source)}: its certificate ${expired[0]}: put the authority's present one there`)
  return Buffer.from(text)
}

/**
 * A client's certificate with its key.
 * @throws naming file or variable, and never what is in one
 */
export async function readClientPair(
  { certificate, key }: { readonly certificate: Pem; readonly key: Pem },
  now: Date,
): Promise<{ crt: Buffer; key: Buffer }> {
  const [certificateText, keyText] = [await textOf(certificate), await textOf(key)]
  const [own] = certificatesIn(certificateText, certificate)
  const problem = own && validityProblem(own, now)
  if (problem !== undefined)
    throw new Error(
      `${nameOf(certificate)}: its certificate ${problem}: put a renewed one there, with its key`,
    )
  if (own?.checkPrivateKey(keyIn(keyText, key)) !== true)
    throw new Error(
      `${nameOf(key)} is not the key of the first certificate in ${nameOf(certificate)}: put those there that were made together, ` +
        `our own certificate before those that signed it`,
    )
  return { crt: Buffer.from(certificateText), key: Buffer.from(keyText) }
}

function nameOf(source: Pem): string {
  return 'path' in source ? `${source.path} (${source.variable})` : source.variable
}

/** Without what editors and files of variables put in: a byte order mark, CR, and line ends written as `\n`. */
async function textOf(source: Pem): Promise<string> {
  const written = 'pem' in source ? source.pem.replaceAll('\\n', '\n') : await readPem(source)
  const text = written.replace(/^\uFEFF/, '').replaceAll(/\r\n?/g, '\n')
  if (text.includes('-----BEGIN ')) return text
  throw new Error(
    `${nameOf(source)} holds no PEM text ("-----BEGIN …"): convert it, as with openssl x509 or openssl pkey`,
  )
}

async function readPem({ path, variable }: Extract<Pem, { path: string }>): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    const code = errorCode(error) ?? 'no reason given'
    throw new Error(
      `${path}, named by ${variable}, cannot be read (${code}): put it there, for the user who runs Firewatch to read`,
      { cause: error },
    )
  }
}

/** @throws when there is none, or one that cannot be read */
function certificatesIn(text: string, source: Pem): X509Certificate[] {
  const blocks = text.match(/-----BEGIN CERTIFICATE-----[^]*?(?:-----END CERTIFICATE-----|$)/g)
  if (blocks === null)
    throw new Error(`${nameOf(source)} holds ${kindsIn(text)} where a certificate is expected`)
  return blocks.map((block, at) => {
    try {
      return new X509Certificate(block)
    } catch (error) {
      throw new Error(
        `${nameOf(source)}: certificate ${at + 1} cannot be read (${errorMessage(error)}): copy it there once more`,
      )
    }
  })
}

/** @throws when there is none, one under a passphrase, or one that cannot be read */
function keyIn(text: string, source: Pem): KeyObject {
  const [block] = /-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----[^]*?(?:-----END [A-Z ]+-----|$)/.exec(text) ?? []
  if (block === undefined)
    throw new Error(`${nameOf(source)} holds ${kindsIn(text)} where a private key is expected`)
  if (/^-----BEGIN ENCRYPTED |^Proc-Type: 4,ENCRYPTED/m.test(block))
    throw new Error(
      `${nameOf(source)} is encrypted, and nobody is there to type its passphrase: decrypt it, as with openssl pkey, into a file that only Firewatch may read`,
    )
  try {
    return createPrivateKey(block)
  } catch (error) {
    throw new Error(
      `${nameOf(source)}: its private key cannot be read (${errorMessage(error)}): copy it there once more`,
    )
  }
}

function kindsIn(text: string): string {
  const kinds = new Set([...text.matchAll(/-----BEGIN ([A-Z0-9 ]{1,40})-----/g)].map(([, kind]) => kind))
  return kinds.size === 0 ? 'broken PEM text' : [...kinds].join(', ')
}

function validityProblem({ validFrom, validTo }: X509Certificate, now: Date): string | undefined {
  if (now > new Date(validTo)) return `expired at ${new Date(validTo).toISOString()}`
  return now < new Date(validFrom) ? `is not valid before ${new Date(validFrom).toISOString()}` : undefined
}
