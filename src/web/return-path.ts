const longest = 500
/** Pages that nobody is led back to: the log-in itself, and what is no page. */
const notBack = /^\/(?:login|logout|api|charts|calendars|assets|answers)(?:[/?]|$)|\/link\//

/**
 * Where to lead somebody after they have logged in: a path of ours with its query, never an address of another site, however it is written. Browsers
 * take `//host` and `/\host` for one, and drop tabs and line breaks: https://url.spec.whatwg.org/#concept-basic-url-parser
 * @returns `undefined` for everything else
 */
export function returnPath(text: unknown): string | undefined {
  if (
    typeof text !== 'string' ||
    text.length > longest ||
    !/^\/(?![/\\])[\x21-\x7e]*$/.test(text) ||
    text.includes('\\')
  )
    return undefined
  const here = 'http://firewatch.invalid'
  const url = URL.parse(text, here)
  if (url === null || url.origin !== here || url.pathname.startsWith('//') || notBack.test(url.pathname))
    return undefined
  return url.pathname + url.search
}

/** The log-in that leads back there. */
export function loginPath(next: string | undefined): string {
  return next === undefined ? '/login' : `/login?next=${encodeURIComponent(next)}`
}
