import { cpSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const checkout = fileURLToPath(new URL('../..', import.meta.url))

export interface Instruction {
  readonly name: string
  readonly text: string
}

/** The last stage of a Dockerfile: the image. */
export function imageInstructions(dockerfile: string): Instruction[] {
  const lines = dockerfile
    .replaceAll(/^\s*#.*\n/gm, '')
    .replaceAll(/\\\n\s*/g, '')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line): Instruction => {
      const [, name = '', text = ''] = /^(\w+)\s+(.*)$/.exec(line) ?? []
      return { name, text }
    })
  return lines.slice(lines.findLastIndex(({ name }) => name === 'FROM'))
}

export function textsOf(instructions: readonly Instruction[], name: string): string[] {
  return instructions.filter((one) => one.name === name).map(({ text }) => text)
}

/** What an image takes from the checkout, and where to. */
export function copies(instructions: readonly Instruction[]): { from: readonly string[]; to: string }[] {
  return textsOf(instructions, 'COPY')
    .filter((text) => !text.startsWith('--from'))
    .map((text) => {
      const words = text.split(/\s+/)
      return { from: words.slice(0, -1), to: words.at(-1) ?? '' }
    })
}

/** Packages that are removed from the image: they are for `up` only. */
export function removedPackages(dockerfile: string): string[] {
  const removed = /rm -rf ([^\n&]*)/.exec(dockerfile)?.[1] ?? ''
  return removed
    .trim()
    .split(/\s+/)
    .map((path) => path.replace('node_modules/', ''))
}

/** Lays out at `folder` what the image has at its working directory: only what is copied there, and only packages that it installs. */
export function layOutImage(folder: string): void {
  const dockerfile = readFileSync(join(checkout, 'Dockerfile'), 'utf8')
  for (const { from, to } of copies(imageInstructions(dockerfile))) {
    const isFolder = to.endsWith('/')
    for (const path of from) {
      const target = join(folder, isFolder ? join(to, path) : to)
      mkdirSync(dirname(target), { recursive: true })
      cpSync(join(checkout, path), target, { recursive: true })
    }
  }
  for (const name of productionPackages(removedPackages(dockerfile))) {
    const target = join(folder, 'node_modules', name)
    mkdirSync(dirname(target), { recursive: true })
    symlinkSync(join(checkout, 'node_modules', name), target)
  }
}

function productionPackages(removed: readonly string[]): string[] {
  const installed = JSON.parse(readFileSync(join(checkout, 'node_modules/.package-lock.json'), 'utf8')) as {
    packages: Record<string, { dev?: boolean; devOptional?: boolean }>
  }
  return Object.entries(installed.packages).flatMap(([path, { dev, devOptional }]) => {
    const name = /^node_modules\/((?:@[^/]+\/)?[^/]+)$/.exec(path)?.[1]
    if (name === undefined || dev === true || devOptional === true) return []
    return removed.some((one) => name === one || name.startsWith(`${one}/`)) ? [] : [name]
  })
}
