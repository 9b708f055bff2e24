import { describeCases } from '../../support/cases.ts'
import { checkSchedule } from './schedule-expectation.ts'

describeCases('on-call', 'layers', checkSchedule)
