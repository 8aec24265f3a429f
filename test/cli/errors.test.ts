import { describe, expect, it } from 'vitest'
import { some } from '../support/cases.ts'
import { smblens } from '../support/smblens.ts'

/** An escape sequence, a line break, a bidirectional override and an 8-bit control. */
const HOSTILE = '\x1b[31m\x1b]0;title\x07\n\u202e\x9bname'

const ARGUMENTS: [what: string, args: string[]][] = [
  ['an option', ['scan', `--${HOSTILE}`]],
  ['an option of the program', [`--${HOSTILE}`]],
  ['an option with a value', ['scan', 'a.pcap', `--limit=${HOSTILE}`]],
  ['a choice', ['scan', 'a.pcap', '--fail-on', HOSTILE]],
  ['a number', ['live', '-i', 'lo', '--count', HOSTILE]],
  ['a list', ['scan', 'a.pcap', '--rule', `${HOSTILE},`]],
  ['a rule', ['scan', 'a.pcap', '--rule', HOSTILE]],
  ['a rule to explain', ['rules', HOSTILE]],
  ['a network', ['scan', 'a.pcap', '--internal', HOSTILE]],
  ['a limit', ['scan', 'a.pcap', '--limit', `${HOSTILE}=1`]],
  ['a capture', ['scan', HOSTILE]],
  ['a capture without a command', [HOSTILE]],
  ['a pattern', ['scan', `${HOSTILE}*.pcap`]],
  ['a capture of messages', ['messages', HOSTILE]],
  ['an output', ['scan', 'captures/ntlmv1.pcap', '-o', `/nowhere/${HOSTILE}`]],
  ['an output below a file', ['scan', 'captures/ntlmv1.pcap', '-o', `package.json/${HOSTILE}`]],
  ['an interface', ['live', '-i', HOSTILE]],
  ['a capture file to write', ['live', '-i', 'lo', '--write', `/nowhere/${HOSTILE}`]],
]

describe('an error that quotes what was typed', () => {
  it.each(some(ARGUMENTS))('shows %s as visible characters', (_, args) => {
    const { status, stdout, stderr } = smblens(args)
    expect([2, 3]).toContain(status)
    expect(stdout + stderr).not.toMatch(/[^\x20-\x7e\n]/)
    for (const line of stderr.split('\n').slice(0, -1))
      expect(line).toMatch(/^(smblens: |\(run smblens( [a-z]+)? --help)/)
  })

  it('keeps the suggestion', () => {
    const { stderr } = smblens(['live', '--interfac', 'lo'])
    expect(stderr).toMatch(/^smblens: unknown option '--interfac' \(Did you mean --interface\?\)\n/)
    expect(smblens(['scan', '--fail-o\n(Did you mean x?)']).stderr).toContain(String.raw`'--fail-o\n(Did you mean x?)'`)
  })
})
