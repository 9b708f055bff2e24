import { CommandFailed, exitCodes } from '../cli/api-client.ts'
import { addressForm, isClickHouseAddress } from '../clickhouse/address.ts'
import { readRunFile } from '../cli/run-file.ts'

/**
 * The address of ClickHouse, with its password: that of `CLICKHOUSE_URL`, or of the Firewatch that runs on the data directory. It is a secret and is
 * never printed.
 * @throws CommandFailed when there is none
 */
export async function clickHouseUrl(dataDir: string, env: NodeJS.ProcessEnv): Promise<string> {
  const given = env['CLICKHOUSE_URL']
  const url = given || (await readRunFile(dataDir))?.clickhouseUrl
  if (url === undefined)
    throw new CommandFailed(
      `no Firewatch runs on ${dataDir}; start it with "firewatch up", say --data, or set CLICKHOUSE_URL`,
      exitCodes.unreachable,
    )
  if (!isClickHouseAddress(url))
    throw new CommandFailed(`CLICKHOUSE_URL must look like ${addressForm}`, exitCodes.usage)
  return url
}
