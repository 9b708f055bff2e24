import type { DetectorConfiguration } from '../configuration/configuration.ts'
import type { Detector } from './detector.ts'
import { sameTime } from './same-time.ts'
import { threshold } from './threshold.ts'

/** The detector that a check's configuration names. A new kind joins here and in `DetectorConfiguration`. */
export function detectorOf(configuration: DetectorConfiguration): Detector {
  switch (configuration.kind) {
    case 'same-time':
      return sameTime(configuration)
    case 'threshold':
      return threshold(configuration)
  }
}
