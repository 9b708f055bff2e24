import { describe, expect, it } from 'vitest'
import { sectionNames } from '../../../src/domain/post-mortem/brief-line.ts'
import type { ReviewDocument } from '../../../src/domain/post-mortem/document.ts'
import { namedSentence, peopleNamed } from '../../../src/domain/post-mortem/named-people.ts'
import { namesOf } from '../../../src/domain/post-mortem/people.ts'

const at = '2026-11-25T09:00:00.000Z'
const users = [
  { name: 'ana', title: 'Ana Torres' },
  { name: 'ben', title: 'Database Team' },
]

function document(texts: Readonly<Record<string, string>>): Pick<ReviewDocument, 'sections'> {
  const sections = sectionNames.map((name) => {
    const own = texts[name] === undefined ? null : { text: texts[name], base: '' }
    return [name, { drafted: '', own, changed: { version: 1, by: 'ana', at } }]
  })
  return { sections: Object.fromEntries(sections) }
}

const told = (texts: Readonly<Record<string, string>>, service = 'feed') =>
  peopleNamed(document(texts), users, service).map(namedSentence)

describe('N40: whom a review names', () => {
  it('is told with section, line and words', () => {
    expect(told({ cause: 'A step was missed.\n- Torres rolled back late.', notes: 'thanks @ana' })).toEqual([
      'Why, line 2 names “Torres”: “- Torres rolled back late.”',
      'Notes, line 1 names “@ana”: “thanks @ana”',
    ])
  })

  it.each([
    [{ summary: 'Responder A rolled back; banana, analysis.' }],
    [{ actions: '- [ ] **Alarm earlier.** Owner ana, due 2026-12-01.\n- [ ] Two. Owner: ben' }],
    [{ summary: 'The Database was full, says the Team.' }],
  ])('is nobody in %j', (texts) => {
    expect(told(texts)).toEqual([])
  })

  it('is no service of the same name', () => {
    expect(told({ summary: 'Likes of ana fell.' }, 'ana')).toEqual([])
  })

  it('is told of an action that names somebody besides its owner', () => {
    expect(told({ actions: '- [ ] Teach Ana to roll back. Owner ben' })).toEqual([
      'What follows, line 1 names “Ana”: “- [ ] Teach Ana to roll back. Owner ben”',
    ])
  })
})

describe('N40: what a user may be called', () => {
  it.each([
    ['Ana Torres', ['u1', 'U1', 'Ana Torres', 'Ana', 'Torres']],
    ['Seán O’Neil', ['u1', 'U1', 'Seán O’Neil', 'Seán', 'O’Neil']],
    ['Jean-Luc Picard', ['u1', 'U1', 'Jean-Luc Picard', 'Jean-Luc', 'Picard']],
    ['Rosa de la Cruz', ['u1', 'U1', 'Rosa de la Cruz', 'Rosa', 'Cruz']],
    ['Li Wei', ['u1', 'U1', 'Li Wei', 'Wei']],
    ['José García López', ['u1', 'U1', 'José García López', 'José', 'López']],
    ['Ольга Иванова', ['u1', 'U1', 'Ольга Иванова', 'Ольга', 'Иванова']],
    ['  Ana   Torres ', ['u1', 'U1', 'Ana Torres', 'Ana', 'Torres']],
    ['Database Team', ['u1', 'U1']],
    ['Site Reliability Engineer', ['u1', 'U1']],
    ['on call for the shop', ['u1', 'U1']],
    ['Payments', ['u1', 'U1']],
  ])('of the title %j', (title, names) => {
    expect(namesOf('u1', title)).toEqual(names)
  })
})
