import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { misspelledReference, referencesIn, resolveSecret } from '../../src/config/secrets.ts'

const env = { KEY: 'k3y', BASE: 'https://admin.example', EMPTY: '', ODD: '${env:KEY}' }
const files: Readonly<Record<string, string>> = {
  '/run/secrets/key': 'from a file\n',
  '/run/secrets/lines': 'one\ntwo\r\n',
  '/run/secrets/empty': '\n',
}

async function readFile(path: string): Promise<string> {
  const content = files[path]
  if (content === undefined) throw Object.assign(new Error('contents are secret'), { code: 'ENOENT' })
  return content
}

const resolve = (reference: string) => resolveSecret(reference, env, readFile)

describe('resolving a secret', () => {
  it.each([
    ['${env:KEY}', 'k3y'],
    ['${env:BASE}/restart', 'https://admin.example/restart'],
    ['${env:BASE}/${env:KEY}', 'https://admin.example/k3y'],
    ['${file:/run/secrets/key}', 'from a file'],
    ['${file:/run/secrets/lines}', 'one\ntwo'],
    ['https://pager.example/ana', 'https://pager.example/ana'],
    ['${env:ODD}', '${env:KEY}'],
  ])('%s gives what it stands for', async (reference, value) => {
    expect(await resolve(reference)).toBe(value)
  })

  it.each([
    ['${env:MISSING}', '${env:MISSING}: this environment variable is not set'],
    ['${env:EMPTY}', '${env:EMPTY}: this environment variable is empty'],
    ['${file:/run/secrets/none}', '${file:/run/secrets/none}: this file cannot be read (ENOENT)'],
    ['${file:/run/secrets/empty}', '${file:/run/secrets/empty}: this file is empty'],
    ['${vault:key}', 'cannot resolve a secret: a reference is ${env:NAME} or ${file:/path}'],
  ])('%s is refused by name', async (reference, message) => {
    await expect(resolve(reference)).rejects.toThrow(message)
  })

  it('never tells a value in an error', async () => {
    const error = await resolve('${env:KEY}${env:MISSING}').catch((thrown: unknown) => thrown)
    expect(String(error)).not.toContain('k3y')
  })

  it('does not take a property that every object has for a variable', async () => {
    await expect(resolve('${env:constructor}')).rejects.toThrow('is not set')
  })

  it('leaves text without references as it is', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string(), async (text) => {
        fc.pre(!text.includes('${'))
        expect(await resolve(text)).toBe(text)
        expect(referencesIn(text)).toEqual([])
        expect(misspelledReference(text)).toBeUndefined()
      }),
    )
  })
})
