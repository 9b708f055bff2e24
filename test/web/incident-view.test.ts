import { describe, expect, it } from 'vitest'
import type { IncidentView } from '../../src/web/incident-view.ts'
import { attempt, attemptSaying } from '../domain/post-mortem/world.ts'
import { as, noRecords, startWeb } from './world.ts'

describe('an incident in the API', () => {
  it('tells of an attempt in sentences, and typed beside them', async () => {
    const { app, state } = await startWeb()
    const tried = attempt()
    const stopped = attempt({ ...attemptSaying('we migrate'), explanation: null })
    state.records = { ...noRecords, attempts: [tried, stopped] }
    const { attempts } = (
      await app.inject({ url: '/api/v1/incidents/INC-42', headers: as('viewer') })
    ).json() as IncidentView
    expect(attempts).toEqual([
      {
        ...tried,
        decision: 'Allowed: attempt 1 of at most 3.',
        explanation: 'It helped: 2 of 3 samples after it are good.',
        facts: { decision: tried.decision, explanation: tried.explanation },
      },
      {
        ...stopped,
        decision: expect.stringMatching(
          /^Refused \(kill-switch\): we migrate stopped automation for service /,
        ),
        explanation: '',
        facts: { decision: stopped.decision, explanation: null },
      },
    ])
  })
})

describe('an incident in the console', () => {
  it('tells what the guards decided, and why an attempt ended so', async () => {
    const { app, state } = await startWeb()
    state.records = { ...noRecords, attempts: [attempt()] }
    const { body } = await app.inject({
      url: '/incidents/INC-42',
      headers: { ...as('viewer'), accept: 'text/html' },
    })
    expect(body).toContain('<p>Allowed: attempt 1 of at most 3.</p>')
    expect(body).toContain('<p>It helped: 2 of 3 samples after it are good.</p>')
  })
})
