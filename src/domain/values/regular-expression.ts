/**
 * The source of a regular expression that matches exactly this text, for flag `u` or `v`, inside a class or outside. Both refuse an escape
 * that says nothing, such as `\\-`, so every character that is no letter or digit is written as its code point. Total: half a surrogate
 * pair matches itself.
 */
export function literally(text: string): string {
  return Array.from(text, (char) =>
    /[\p{L}\p{N}]/u.test(char) ? char : `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`,
  ).join('')
}
