/** As people may write it; `%` in a password begins an escape. */
export const addressForm = 'http[s]://[user:password@]host:port[/database], with % in a password as %25'

/** Whether a client can be made of an address: name, password and database are decoded there. */
export function isClickHouseAddress(url: string): boolean {
  const parsed = URL.parse(url)
  if (parsed === null || !['http:', 'https:'].includes(parsed.protocol)) return false
  try {
    decodeURIComponent(`${parsed.username}${parsed.password}${parsed.pathname}`)
    return true
  } catch {
    return false
  }
}
