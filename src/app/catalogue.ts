import { catalogueOf, recentValues } from '../clickhouse/catalogue.ts'
import { createClickHouse } from '../clickhouse/client.ts'
import { CommandFailed, exitCodes } from '../cli/api-client.ts'
import type { Catalogue, CatalogueAddress } from '../cli/installation.ts'
import { readRunFile } from '../cli/run-file.ts'
import { errorMessage } from '../domain/values/error-message.ts'

const answerWithinMs = 10_000

/**
 * What ClickHouse holds: that of an address, of `CLICKHOUSE_URL`, or of the Firewatch that runs on a data directory; `undefined` when there is none of
 * these.
 * @throws CommandFailed when it does not answer or refuses
 */
export async function openCatalogue(
  { url: given, data }: CatalogueAddress,
  env: NodeJS.ProcessEnv,
): Promise<Catalogue | undefined> {
  const url = given ?? (env['CLICKHOUSE_URL'] || (await readRunFile(data))?.clickhouseUrl)
  if (url === undefined) return undefined
  const clickhouse = connect(url)
  const asked = async <Answer>(question: Promise<Answer>): Promise<Answer> =>
    question.catch((error: unknown) => {
      throw new CommandFailed(errorMessage(error), exitCodes.unreachable)
    })
  return {
    tables: () => asked(catalogueOf(clickhouse)),
    recent: (question) => asked(recentValues(clickhouse, question)),
    close: () => clickhouse.close(),
  }
}

function connect(url: string) {
  try {
    return createClickHouse({ url, requestTimeoutMs: answerWithinMs })
  } catch (error) {
    throw new CommandFailed(errorMessage(error), exitCodes.usage)
  }
}
