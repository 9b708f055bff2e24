import { identifierParts, quotedIdentifier } from '../domain/values/sql-identifier.ts'

/** `` `db`.`table` ``. @throws RangeError for anything but `table` or `database.table`, each plain or in backquotes */
export function quotedTable(table: string): string {
  const parts = identifierParts(table)
  if (parts === undefined || parts.length > 2)
    throw new RangeError(`"${table}" is not a table: database.table expected`)
  return parts.map(quotedIdentifier).join('.')
}

/** `` `column` ``. @throws RangeError for anything but one name, plain or in backquotes */
export function quotedColumn(column: string): string {
  const parts = identifierParts(column)
  if (parts?.length !== 1)
    throw new RangeError(`"${column}" is not a column: one name expected, in backquotes where it needs them`)
  return parts.map(quotedIdentifier).join('')
}
