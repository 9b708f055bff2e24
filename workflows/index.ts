/** Everything that runs as a workflow; the only entry of the bundle. */
export { audit } from './audit.ts'
export { checkShard } from './check.ts'
export { incident } from './incident.ts'
export { review } from './post-mortem.ts'
export { remediationAttempt } from './remediate.ts'
export { remediation } from './remediation.ts'
