import { misspelledReference, referencesIn } from '../secrets.ts'
import { addressProblem, judged } from './fields.ts'

const literalSecret =
  'a secret must not stand in the file: write ${env:NAME} or ${file:/path}, and put the value there'

/** Exactly one reference: a literal secret would end in version control and in the stored revision. */
export const secretReference = judged((written) => {
  const references = referencesIn(written)
  const isOne = references.length === 1 && references[0] === written
  return misspelledReference(written) ?? (isOne ? undefined : literalSecret)
})

/** An address, as it is or with references in it, such as `${env:ADMIN_URL}/restart`. */
export const addressReference = judged(
  (written) => misspelledReference(written) ?? literalPartProblem(written),
)

/** What a reference stands for is known only at the edge; the rest must fit an address around it. */
function literalPartProblem(written: string): string | undefined {
  const references = referencesIn(written)
  const first = references[0]
  if (first !== undefined && written.startsWith(first)) return undefined
  return addressProblem(references.reduce((filled, reference) => filled.replace(reference, 'x'), written))
}
