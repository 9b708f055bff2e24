import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { misspelledReference, referencesIn, resolveSecret } from '../../src/config/secrets.ts'

const env = {
  KEY: 'k3y',
  BASE: 'https://admin.example',
  EMPTY: '',
  LINE: 'k3y\n',
  BLANK: ' k3y',
  ODD: '${env:KEY}',
}
const files: Readonly<Record<string, string>> = {
  '/run/secrets/key': 'from a file\n',
  '/run/secrets/lines': 'one\ntwo\r\n',
  '/run/secrets/empty': '\n',
  '/run/secrets/bom': '\ufeffs3cret\n',
  '/run/secrets/two-lines': 's3cret\n\n',
  '/run/secrets/two-windows-lines': 's3cret\r\n\r\n',
  '/run/secrets/blank': 's3cret \n',
  '/run/secrets/tab': 's3cret\t',
  '/run/secrets/blank-line': 's3cret\n  \n',
  '/run/secrets/indented': ' s3cret\n',
  '/run/secrets/utf-16': '\ufffd\ufffds\u00003\u0000',
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
    ['${file:/run/secrets/bom}', '${file:/run/secrets/bom}: this file begins with a byte order mark'],
    ['${file:/run/secrets/two-lines}', 'this file ends with more than one line break'],
    ['${file:/run/secrets/two-windows-lines}', 'this file ends with more than one line break'],
    ['${file:/run/secrets/blank}', 'this file ends with white space'],
    ['${file:/run/secrets/tab}', 'this file ends with white space'],
    ['${file:/run/secrets/blank-line}', 'this file ends with more than one line break'],
    ['${file:/run/secrets/indented}', 'this file begins with white space'],
    ['${file:/run/secrets/utf-16}', 'this file is not UTF-8 text'],
    [
      '${env:LINE}',
      '${env:LINE}: this environment variable ends with a line break; keep the secret alone in it',
    ],
    ['${env:BLANK}', 'this environment variable begins with white space'],
    ['${vault:key}', 'cannot resolve a secret: a reference is ${env:NAME} or ${file:/path}'],
  ])('%s is refused by name', async (reference, message) => {
    await expect(resolve(reference)).rejects.toThrow(message)
  })

  it('never tells a value in an error', async () => {
    const error = await resolve('${env:KEY}${env:MISSING}').catch((thrown: unknown) => thrown)
    expect(String(error)).not.toContain('k3y')
  })

  it('N20 N46 takes a file as it is, but for one line break, or refuses it without telling what it holds', async () => {
    const white = fc.constantFrom('', '', ' ', '\t', '\n', '\r\n', '\ufeff', '\u00a0', '\u2028')
    const core = fc.string({ minLength: 1 }).filter((text) => !/^\s|\s$|[\0\ufffd]/.test(text))
    await fc.assert(
      fc.asyncProperty(white, core, white, white, async (before, secret, behind, end) => {
        const content = before + secret + behind + end
        const outcome = await resolveSecret('${file:/f}', {}, async () => content).catch(
          (error: Error) => error,
        )
        const clean = before === '' && (behind + end === '' || /^\r?\n$/.test(behind + end))
        if (clean) expect(outcome).toBe(secret)
        else expect(String(outcome)).toMatch(/^Error: \$\{file:\/f\}: this file (begins|ends) with/)
      }),
    )
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
