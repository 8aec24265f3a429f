/** Capture programs are one list: nothing is forgotten in it. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { CAPTURE_PROGRAMS } from '../../../../src/capture/live/programs/capture-programs.ts'
import { COMMANDS, isCaptureProgram } from '../../../../src/capture/live/programs/commands.ts'
import type { ProgramDescription } from '../../../../src/capture/live/programs/program.ts'
import { ROOT } from '../../../support/smblens.ts'

const FOLDER = join(ROOT, 'src/capture/live/programs')
/** A separate program, which runs when it is imported. */
const HELPER = 'cap-helper.ts'

function isProgram(value: unknown): value is ProgramDescription {
  return typeof value === 'object' && value !== null && 'parseMessage' in value && 'command' in value
}

const described: [file: string, program: ProgramDescription][] = []
for (const file of readdirSync(FOLDER).filter((name) => !name.endsWith('.d.ts') && name !== HELPER)) {
  const exported: Record<string, unknown> = await import(join(FOLDER, file))
  for (const value of Object.values(exported)) if (isProgram(value)) described.push([file, value])
}

describe('the list of capture programs', () => {
  it('has every program that a file of its folder describes, and no other', () => {
    expect(described.length).toBeGreaterThan(1)
    expect(new Set(CAPTURE_PROGRAMS)).toEqual(new Set(described.map(([, program]) => program)))
    expect(new Set(CAPTURE_PROGRAMS.map(({ name }) => name)).size).toBe(CAPTURE_PROGRAMS.length)
  })

  it('is in the order in which auto tries them', () => {
    expect(CAPTURE_PROGRAMS.map(({ name }) => name)).toEqual(['tcpdump', 'dumpcap', 'cap'])
  })

  it('starts the same programs as the launcher', () => {
    expect(Object.keys(COMMANDS).sort()).toEqual(CAPTURE_PROGRAMS.map(({ name }) => name).sort())
    for (const { name, command } of CAPTURE_PROGRAMS) expect(COMMANDS[name]).toBe(command)
    expect(CAPTURE_PROGRAMS.every(({ name }) => isCaptureProgram(name))).toBe(true)
    for (const name of ['auto', 'sh', 'constructor', '__proto__', 0, null]) expect(isCaptureProgram(name)).toBe(false)
  })

  it.each(described)('has a test and a place in the documentation for %s', (file, { name }) => {
    expect(file).toBe(`${name}.ts`)
    expect(existsSync(join(ROOT, 'test/capture/live/programs', `${name}.test.ts`))).toBe(true)
    expect(readFileSync(join(ROOT, 'docs/live.md'), 'utf8')).toContain(`\n| \`${name}\` | `)
  })

  it.each(described)(
    'says in one line each how to install the program in %s and what rights it needs',
    (_, program) => {
      for (const text of [
        program.install,
        program.rights('/path/to/it'),
        program.countedBy,
        program.endReason('SIGKILL'),
      ]) {
        expect(text).toMatch(/^[^\n]{4,200}$/)
      }
    },
  )
})

describe('the launcher', () => {
  it('knows how to start programs and nothing more of them', () => {
    const launcher = readFileSync(join(ROOT, 'dist/capture-launcher.cjs'), 'utf8')
    expect(launcher).toContain('-U')
    for (const text of ['received by filter', 'Packets received', 'apt install', 'setcap', 'smblens received'])
      expect(launcher).not.toContain(text)
  })
})
