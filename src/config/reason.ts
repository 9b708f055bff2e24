import { errorMessage } from '../domain/values/error-message.ts'

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or folder',
  EACCES: 'it may not be read by this user',
  EISDIR: 'it is a folder',
  ENOTDIR: 'it is not a folder',
}

/** Why a file cannot be read, in words. */
export function unreadableReason(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  return reasons[code] ?? errorMessage(error)
}
