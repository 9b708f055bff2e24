import { defineQuery, defineSignal } from '@temporalio/workflow'
import type { Advanced } from '../activities/incident.ts'
import { incidentMessages as names } from '../src/domain/incident/messages.ts'

/** Something was decided that the workflow may have to act on. */
export const stirredSignal = defineSignal(names.stirred)

/** What the workflow knows of its incident; `null` before it looked for the first time. */
export const statusQuery = defineQuery<Advanced | null>(names.status)
