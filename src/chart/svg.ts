/** SVG markup whose values are already escaped. */
export type Markup = string & { readonly markup: true }

export type Attributes = Readonly<Record<string, string | number>>

/** One element. Attribute values are escaped here; children are markup or nothing. */
export function element(name: string, attributes: Attributes, ...children: readonly Markup[]): Markup {
  const written = Object.entries(attributes).map(([key, value]) => ` ${key}="${escapeXml(valueText(value))}"`)
  const opening = `<${name}${written.join('')}`
  return (children.length === 0 ? `${opening}/>` : `${opening}>${children.join('')}</${name}>`) as Markup
}

/** Text content. */
export function content(text: string): Markup {
  return escapeXml(text) as Markup
}

/** Text that stands in XML 1.0 as itself; characters that XML cannot hold at all become a replacement character. */
export function escapeXml(text: string): string {
  return text
    .toWellFormed()
    .replace(/[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu, '\uFFFD')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;')
}

/** Hundredths of a pixel are more than anyone sees. */
function valueText(value: string | number): string {
  return typeof value === 'number' ? String(Math.round(value * 100) / 100) : value
}
