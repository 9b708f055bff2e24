/** Asks everything that is needed; each must answer soon. Answers what does not, by name, and why. */
export async function unreachable(
  asked: Readonly<Record<string, () => Promise<unknown>>>,
): Promise<Readonly<Record<string, string>>> {
  const answers = await Promise.all(
    Object.entries(asked).map(async ([name, ask]) => {
      try {
        await within(answerWithinMs, ask())
        return []
      } catch (error) {
        return [[name, messageWithin(error)] as const]
      }
    }),
  )
  return Object.fromEntries(answers.flat())
}

/** Shorter than the time that those who ask for readiness wait by default. */
const answerWithinMs = 2_500

async function within<Answer>(ms: number, answer: Promise<Answer>): Promise<Answer> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${ms} ms`)), ms)
  })
  try {
    return await Promise.race([answer, late])
  } finally {
    clearTimeout(timer)
  }
}

/** Some errors only carry others: a name with two addresses fails by an AggregateError without a message. */
function messageWithin(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(messageWithin).join('; ')
  if (error instanceof Error) return error.message || error.name
  return String(error)
}
