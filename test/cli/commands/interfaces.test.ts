import { describe, expect, it } from 'vitest'
import type { Interface } from '../../../src/capture/live/machine/interfaces.ts'
import { writeInterfaces } from '../../../src/cli/commands/interfaces.ts'
import { smblens } from '../../support/smblens.ts'

const INTERFACES: Interface[] = [
  { name: 'eth1', kind: 'ethernet', addresses: [], state: 'no-link', promiscuous: true },
  { name: 'a\u001b[2J', kind: 'tunnel', addresses: ['192.0.2.1', '2001:db8::1'], state: 'up', promiscuous: false },
  { name: 'any', kind: 'all', addresses: [], state: null, promiscuous: null },
]

function table(programs: Parameters<typeof writeInterfaces>[1]): string {
  let text = ''
  const sink = { write: (part: string) => (text += part), finish() {} }
  writeInterfaces(INTERFACES, programs, sink, { width: 60, color: false })
  return text
}

describe('the table of interfaces', () => {
  it('shows what each interface is, and escapes its name', () => {
    const programs = [{ program: 'tcpdump', path: '/usr/bin/tcpdump', canCapture: true, missing: null }] as const
    expect(table(programs)).toBe(
      [
        'Interface  Kind         State                 Addresses',
        'eth1       ethernet     no-link, promiscuous',
        'a\\x1b[2J   tunnel       up                    192.0.2.1 2001:db8::1',
        'any        all of them  -',
        '',
        'tcpdump  can capture',
        '',
        'smblens live -i NAME watches one of them.',
        '',
      ].join('\n'),
    )
  })

  it('says what a program needs, beside its name', () => {
    const missing = 'install it: sudo apt install tcpdump (dnf, pacman, apk: the same name)'
    expect(table([{ program: 'tcpdump', path: null, canCapture: false, missing }])).toContain(
      [
        'tcpdump  install it: sudo apt install tcpdump (dnf, pacman,',
        '         apk: the same name)',
        '',
        'No program can capture yet: one of these is enough.',
      ].join('\n'),
    )
  })
})

describe('smblens interfaces', () => {
  it('has a status that says whether something can capture', () => {
    const { status, stdout, stderr } = smblens(['interfaces', '-f', 'json'])
    const { schemaVersion, interfaces, programs } = JSON.parse(stdout)
    expect(schemaVersion).toBe(1)
    expect(interfaces.length).toBeGreaterThan(0)
    expect(programs.map(({ program }: { program: string }) => program)).toEqual(['tcpdump', 'dumpcap', 'cap'])
    for (const { canCapture, missing } of programs) expect(missing === null).toBe(canCapture)
    const usable = programs.some(({ canCapture }: { canCapture: boolean }) => canCapture)
    expect({ status, stderr }).toEqual({ status: usable ? 0 : 3, stderr: '' })
  })
})
