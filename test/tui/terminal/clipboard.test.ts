import { describe, expect, it } from 'vitest'
import { clipboardSupport, copySequence, copyToClipboard } from '../../../src/tui/terminal/clipboard.ts'

describe('copySequence', () => {
  it('is OSC 52 for the clipboard, in base64 of UTF-8', () => {
    expect(copySequence('smb2', null)).toBe('\x1b]52;c;c21iMg==\x07')
    expect(copySequence('é\n', null)).toBe('\x1b]52;c;w6kK\x07')
    expect(copySequence('', null)).toBe('\x1b]52;c;\x07')
  })

  it('is wrapped for tmux, with every escape doubled', () => {
    expect(copySequence('smb2', 'tmux')).toBe('\x1bPtmux;\x1b\x1b]52;c;c21iMg==\x07\x1b\\')
  })

  it('is wrapped for screen, in pieces that it accepts', () => {
    expect(copySequence('smb2', 'screen')).toBe('\x1bP\x1b]52;c;c21iMg==\x07\x1b\\')
    const text = 'x'.repeat(3000)
    const wrapped = copySequence(text, 'screen')!
    const pieces = wrapped.split('\x1b\\').slice(0, -1)
    expect(pieces).toHaveLength(6)
    expect(pieces.every((piece) => piece.startsWith('\x1bP') && piece.length <= 762)).toBe(true)
    expect(pieces.map((piece) => piece.slice(2)).join('')).toBe(copySequence(text, null))
  })

  it('contains nothing that controls the terminal, for any text', () => {
    const sequence = copySequence('\x1b]0;owned\x07\x9b2J', null)!
    expect(sequence.slice(7, -1)).toMatch(/^[A-Za-z0-9+/=]*$/)
  })

  it('is none for more than terminals take', () => {
    expect(copySequence('x'.repeat(56_244), null)).toHaveLength(74_992 + 8)
    expect(copySequence('x'.repeat(56_247), null)).toBeNull()
    expect(copySequence('€'.repeat(18_748), null)).toHaveLength(74_992 + 8)
    expect(copySequence('€'.repeat(18_749), null)).toBeNull()
  })
})

describe('clipboardSupport', () => {
  it.each([
    [{ TERM: 'xterm-256color' }, { osc52: 'unknown', wrapping: null }],
    [{ TERM: 'xterm-kitty' }, { osc52: 'likely', wrapping: null }],
    [
      { TERM: 'xterm-256color', TERM_PROGRAM: 'iTerm.app' },
      { osc52: 'likely', wrapping: null },
    ],
    [
      { TERM: 'xterm-256color', WT_SESSION: '1' },
      { osc52: 'likely', wrapping: null },
    ],
    [
      { TERM: 'tmux-256color', TMUX: '/tmp/tmux-0/default,1,0' },
      { osc52: 'unknown', wrapping: 'tmux' },
    ],
    [
      { TERM: 'screen', STY: '123.pts-0.host' },
      { osc52: 'unknown', wrapping: 'screen' },
    ],
    [
      { TERM: 'tmux', TMUX: 'x', STY: 'y' },
      { osc52: 'unknown', wrapping: 'tmux' },
    ],
    [
      { TERM: 'xterm-256color', TERM_PROGRAM: 'Apple_Terminal' },
      { osc52: 'no', wrapping: null },
    ],
    [{ TERM: 'linux' }, { osc52: 'no', wrapping: null }],
    [{ TERM: 'dumb' }, { osc52: 'no', wrapping: null }],
    [{}, { osc52: 'no', wrapping: null }],
  ] as const)('of %j is %j', (env, support) => {
    expect(clipboardSupport(env)).toEqual(support)
  })
})

describe('copyToClipboard', () => {
  it.each([
    ['xterm-kitty', true, 1],
    ['xterm-256color', false, 1],
    ['linux', false, 0],
  ] as const)('on %s writes what the terminal may take, and says whether it is known to', (term, known, sequences) => {
    const written: string[] = []
    expect(copyToClipboard('smb2', { TERM: term }, (sequence) => void written.push(sequence))).toBe(known)
    expect(written).toEqual(new Array(sequences).fill(copySequence('smb2', null)))
  })

  it('writes nothing where the text is too long', () => {
    const written: string[] = []
    expect(copyToClipboard('x'.repeat(60_000), { TERM: 'xterm-kitty' }, (text) => void written.push(text))).toBe(false)
    expect(written).toEqual([])
  })
})
