import type { PageSenderParts } from './page-sender.ts'
import type { Settings } from './settings.ts'

/** What a worker is put together from. */
export interface WorkerParts extends PageSenderParts {
  readonly settings: Settings
}
