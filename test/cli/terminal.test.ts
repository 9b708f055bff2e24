import { afterEach, describe, expect, it, vi } from 'vitest'
import { oneLine, print, table, tell, withoutControls } from '../../src/cli/terminal.ts'

afterEach(() => void vi.restoreAllMocks())

/** Clears the screen, names the window, and turns the direction of writing round. */
const hostile = '\u001b[2J\u001b]0;owned\u0007 CPU \u202egnp.exe\u009b31m'
const shown = '\ufffd[2J\ufffd]0;owned\ufffd CPU \ufffdgnp.exe\ufffd31m'

describe('what comes from outside', () => {
  it('shows as text at a terminal, on both of its streams', () => {
    const out = vi.spyOn(process.stdout, 'write').mockReturnValue(true)
    const err = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
    print({}, hostile, () => hostile)
    tell(hostile)
    expect(out).toHaveBeenCalledWith(`${shown}\n`)
    expect(err).toHaveBeenCalledWith(`${shown}\n`)
  })

  it('keeps lines, tabs and the letters of every language', () => {
    const text = 'Störung\tin 東京\nמסד הנתונים 🔥'
    expect(withoutControls(text)).toBe(text)
  })

  it('does not pass for a line of its own', () => {
    expect(oneLine('CPU\r\nINC-2  P0  resolved')).toBe('CPU INC-2 P0 resolved')
    expect(table(['title'], [['CPU\nINC-2  resolved']]).split('\n')).toEqual(['title', 'CPU INC-2 resolved'])
  })
})
