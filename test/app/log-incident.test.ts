import { describe, expect, it } from 'vitest'
import { incidentNamed, incidentOfInput } from '../../src/app/log-incident.ts'

describe('the incident that an activity is about', () => {
  it.each([
    ['a number', 42, 'INC-42'],
    ['a field of the input', { incident: 7, step: 1 }, 'INC-7'],
    ['the id of a page', { page: 'INC-42/r0/s1/ana/c0' }, 'INC-42'],
    ['the id of an attempt', { attempt: 'INC-9/a1', target: 'feed' }, 'INC-9'],
    ['nothing that is about one', { shard: { id: 'checks/1m' } }, undefined],
    ['a whole alert about INC-1', 'INC-1 is on fire', undefined],
    ['null', null, undefined],
    ['no input', undefined, undefined],
  ])('is known from %s', (_, input, incident) => {
    expect(incidentOfInput([input])).toBe(incident)
  })
})

describe('the incident that a workflow is about', () => {
  it.each([
    ['review/INC-42', 'INC-42'],
    ['pages/INC-42/resolved/3', 'INC-42'],
    ['incident/service=INC-42x', undefined],
    [undefined, undefined],
  ])('of %s is %s', (id, incident) => {
    expect(incidentNamed(id)).toBe(incident)
  })
})
