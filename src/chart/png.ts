import { accessSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Resvg } from '@resvg/resvg-js'

/** The renderer draws no text, and says nothing, when it finds no font; so the fonts come with Firewatch and must be readable. */
const fontFiles = ['DejaVuSans.ttf', 'DejaVuSans-Bold.ttf'].map((name) =>
  fileURLToPath(import.meta.resolve(`dejavu-fonts-ttf/ttf/${name}`)),
)
for (const file of fontFiles) accessSync(file)

export function toPng(svg: string): Uint8Array {
  const font = { loadSystemFonts: false, fontFiles, defaultFontFamily: 'DejaVu Sans' }
  return new Resvg(svg, { font }).render().asPng()
}
