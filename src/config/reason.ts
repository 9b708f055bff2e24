import { errorCode, errorMessage } from '../domain/values/error-message.ts'

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or folder',
  EACCES: 'it may not be read by this user',
  EISDIR: 'it is a folder',
  ENOTDIR: 'it is not a folder',
}

const reasonsOfWriting: Readonly<Record<string, string>> = {
  EEXIST: 'it is not a folder',
  ENOENT: 'nothing can be made there',
  ENOTDIR: 'it lies below a file',
  EACCES: 'it may not be written to by this user',
  EPERM: 'it may not be written to by this user',
  EROFS: 'its disk is read-only',
  ENOSPC: 'its disk is full',
}

/** Why a folder cannot be made or written to, in words. */
export function unwritableReason(error: unknown): string {
  return reasonsOfWriting[errorCode(error) ?? ''] ?? errorMessage(error)
}

/** Why a file cannot be read, in words. */
export function unreadableReason(error: unknown): string {
  return reasons[errorCode(error) ?? ''] ?? errorMessage(error)
}
