import { isNestedDeeper, nestedTooDeep } from '../domain/values/json-body.ts'
import { HttpProblem } from './errors.ts'

/** @throws HttpProblem 400 when a body is nested too deeply for anything to be done with it */
export function refuseDeepBody(body: unknown): void {
  if (isNestedDeeper(body)) throw new HttpProblem(400, nestedTooDeep)
}
