const identifier = /^[A-Za-z_][A-Za-z0-9_]*$/

/** `` `db`.`table` ``. @throws RangeError for anything but `table` or `database.table` of letters, digits and `_` */
export function quotedTable(table: string): string {
  const parts = table.split('.')
  if (parts.length > 2 || !parts.every((part) => identifier.test(part)))
    throw new RangeError(`"${table}" is no table: database.table expected`)
  return parts.map((part) => `\`${part}\``).join('.')
}

/** `` `column` ``. @throws RangeError for anything but letters, digits and `_` */
export function quotedColumn(column: string): string {
  if (!identifier.test(column))
    throw new RangeError(`"${column}" is no column: letters, digits and "_" expected`)
  return `\`${column}\``
}
