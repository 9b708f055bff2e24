/** Text that is already safe HTML. Only {@link html} makes one. */
export class Html {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
  toString(): string {
    return this.text
  }
}

type Piece = Html | string | number | null | undefined | false | readonly Piece[]

/** A template whose every value is escaped, unless it is itself made by this function. Lists are joined; null and false vanish. */
export function html(strings: TemplateStringsArray, ...values: readonly Piece[]): Html {
  const text = strings.reduce(
    (all, part, index) => all + part + (index < values.length ? render(values[index]) : ''),
    '',
  )
  return new Html(text)
}

function render(piece: Piece): string {
  if (piece === null || piece === undefined || piece === false) return ''
  if (piece instanceof Html) return piece.text
  if (typeof piece === 'string' || typeof piece === 'number') return escapeHtml(String(piece))
  return piece.map(render).join('')
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? character)
}
