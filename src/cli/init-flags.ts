/** What was said on the command line. */
export interface InitFlags {
  readonly clickhouse?: string | false
  readonly table?: string
  readonly timeColumn?: string
  readonly metric?: string
  readonly column?: string
  readonly quantile?: string
  readonly where?: string
  readonly bucket?: string
  readonly check?: string
  readonly op?: string
  readonly threshold?: string
  readonly service?: string
  readonly person?: string
  readonly timeZone?: string
  readonly contact?: string
  readonly address?: string
}
