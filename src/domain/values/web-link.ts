/** Longer ones are no address that somebody wrote, and no message has room for one. */
const longestAddress = 2_048

/** An address that a person may be led to, or why it is none. */
export type ReadLink =
  | { readonly kind: 'link'; readonly url: string }
  | { readonly kind: 'refused'; readonly reason: string }

/**
 * Reads an address that came from anywhere. What a browser would run, what hides where it leads, and what carries a password is no link.
 * @returns as `url` the address as a browser would write it
 */
export function readLink(written: string): ReadLink {
  const refused = (reason: string) => ({ kind: 'refused', reason }) as const
  const text = written.trim()
  if (text.length > longestAddress) return refused(`is longer than ${longestAddress} characters`)
  // A parser of addresses passes over line breaks and tabs, and a reader sees none of these.
  if (/[\p{Cc}\p{Cf}\s]/u.test(text)) return refused('holds white space or characters that nobody sees')
  if (/^[a-z][a-z\d+.-]*:/i.test(text) && !/^https?:/i.test(text)) return refused('is neither http nor https')
  const url = /^https?:\/\//i.test(text) && !text.includes('\\') ? URL.parse(text) : null
  if (url === null) return refused('is not an address: a whole one begins with http:// or https://')
  if (url.username !== '' || url.password !== '') return refused('has a user name or a password in it')
  if (/(^|\.)xn--/.test(url.hostname))
    return refused('names its host in letters that can be taken for others')
  if (url.href.length > longestAddress) return refused(`is longer than ${longestAddress} characters`)
  return { kind: 'link', url: url.href }
}
