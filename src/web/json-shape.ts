/** What makes a JSON text dangerous to parse. */
export type BadShape = 'deep' | 'many'

const [quote, backslash, comma] = [0x22, 0x5c, 0x2c]
const [openBracket, closeBracket, openBrace, closeBrace] = [0x5b, 0x5d, 0x7b, 0x7d]

/**
 * Looks at a JSON text as it arrives, before it is parsed: nesting costs the parser memory for each level, and each value costs more than it takes to
 * write one. A text that begins with neither list nor object is not looked at.
 * @param most levels inside each other, and values in all
 * @returns takes the next bytes, and says what is wrong so far
 */
export function createShapeCheck(most: {
  readonly levels: number
  readonly values: number
}): (bytes: Uint8Array) => BadShape | undefined {
  let isJson: boolean | undefined
  let depth = 0
  let values = 0
  let isText = false
  let isEscaped = false
  return (bytes) => {
    isJson ??= beginsAsJson(bytes)
    if (isJson !== true) return undefined
    for (let at = 0; at < bytes.length; at++) {
      if (isText) {
        at = endOfText(bytes, at)
        continue
      }
      const byte = bytes[at]
      if (byte === quote) isText = true
      else if (byte === comma) values++
      else if (byte === openBrace || byte === openBracket) {
        values++
        if (++depth > most.levels) return 'deep'
      } else if (byte === closeBrace || byte === closeBracket) depth--
    }
    return values > most.values ? 'many' : undefined
  }

  /** Where the text ends that goes on at `from`: at its quote, or with these bytes. */
  function endOfText(bytes: Uint8Array, from: number): number {
    for (let at = from; at < bytes.length; at++) {
      const byte = bytes[at]
      if (isEscaped) isEscaped = false
      else if (byte === backslash) isEscaped = true
      else if (byte === quote) {
        isText = false
        return at
      }
    }
    return bytes.length
  }
}

/** Blanks, and the byte order mark, say nothing yet. */
const says = (byte: number) => byte > 0x20 && byte !== 0xef && byte !== 0xbb && byte !== 0xbf

function beginsAsJson(bytes: Uint8Array): boolean | undefined {
  const first = bytes.find(says)
  return first === undefined ? undefined : first === openBrace || first === openBracket
}
