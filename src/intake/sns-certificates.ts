import { type KeyObject, X509Certificate } from 'node:crypto'

/** One GET, with a time limit and a limit of length, that follows no redirect. @throws when there is no whole answer */
export type HttpGet = (url: URL) => Promise<{ readonly status: number; readonly body: string }>

/** Something that we need of AWS does not answer now: SNS comes again. */
export class SnsAway extends Error {
  override readonly name = 'SnsAway'
}

/** A region has one certificate at a time. */
const mostKept = 16
/** Certificates that do not exist can be asked for by anybody. */
const mostUnderWay = 4

/**
 * The keys that SNS signs with. Each is fetched once, and again when its certificate has expired.
 * @throws {SnsAway} when it cannot be had now
 */
export function createSnsCertificates(get: HttpGet, now: () => Date): (url: URL) => Promise<KeyObject> {
  const kept = new Map<string, X509Certificate>()
  const underWay = new Map<string, Promise<X509Certificate>>()

  async function fetched(url: URL): Promise<X509Certificate> {
    const certificate = await fetchCertificate(get, url)
    if (!isCurrent(certificate, now())) throw new SnsAway('the certificate of SNS is not valid now')
    if (kept.size >= mostKept) kept.clear()
    kept.set(url.href, certificate)
    return certificate
  }

  function fetchOnce(url: URL): Promise<X509Certificate> {
    const before = underWay.get(url.href)
    if (before !== undefined) return before
    if (underWay.size >= mostUnderWay) throw new SnsAway('too many certificates of SNS are asked for at once')
    const fetching = fetched(url).finally(() => underWay.delete(url.href))
    underWay.set(url.href, fetching)
    return fetching
  }

  return async (url) => {
    const known = kept.get(url.href)
    const certificate = known !== undefined && isCurrent(known, now()) ? known : await fetchOnce(url)
    return certificate.publicKey
  }
}

async function fetchCertificate(get: HttpGet, url: URL): Promise<X509Certificate> {
  try {
    const { status, body } = await get(url)
    if (status !== 200) throw new Error(`status ${status}`)
    return new X509Certificate(body)
  } catch (cause) {
    throw new SnsAway('the certificate of SNS cannot be fetched', { cause })
  }
}

function isCurrent({ validFromDate, validToDate }: X509Certificate, now: Date): boolean {
  return validFromDate <= now && now < validToDate
}
