/** Who can capture here: each program is made to open an interface and nothing more, which is the one true answer. */
import { execFile } from 'node:child_process'
import { escapeText } from '../../../base/safe-text.ts'
import { builtFile } from '../machine/built-file.ts'
import { nodeOptions, programEnvironment } from '../machine/environment.ts'
import { type Found, findProgram, PROBE_LIMIT } from '../machine/find-program.ts'
import { listInterfaces } from '../machine/interfaces.ts'
import { CAPTURE_PROGRAMS, type CaptureProgram } from '../request/live-capture.ts'
import { readWords, type Said } from './messages.ts'
import { INSTALL, replaceable, rightsFor } from './remedies.ts'

export interface CaptureAbility {
  program: CaptureProgram
  /** Null where it is not installed. */
  path: string | null
  canCapture: boolean
  /** What to do about it, one line; null where it can. */
  missing: string | null
}

/** @param name of the interface that is tried; without one, one that is up, or all of them: `any` opens where none is */
export async function captureAbilities(name?: string): Promise<CaptureAbility[]> {
  const interfaces = await listInterfaces()
  const tried = name ?? interfaces.find(({ state }) => state === 'up')?.name ?? 'any'
  return Promise.all(CAPTURE_PROGRAMS.map((program) => abilityOf(program, tried)))
}

async function abilityOf(program: CaptureProgram, name: string): Promise<CaptureAbility> {
  const found: Found | null =
    program === 'cap' ? { path: builtFile('capture-cap.cjs'), unusable: null } : findProgram(program)
  if (found === null) return { program, path: null, canCapture: false, missing: INSTALL[program] }
  const { path } = found
  if (found.unusable !== null) {
    const missing = found.unusable === 'replaceable' ? escapeText(replaceable(path)) : rightsFor(program, path)
    return { program, path, canCapture: false, missing }
  }
  const { failed, stderr } = await run(program, path, name)
  if (!failed) return { program, path, canCapture: true, missing: null }
  const error = firstError(program, stderr)
  if (error?.code === 'no-program') return { program, path: null, canCapture: false, missing: INSTALL[program] }
  const missing = error?.code === 'no-rights' ? rightsFor(program, path) : `${program} says: ${error?.text ?? stderr}`
  return { program, path, canCapture: false, missing: escapeText(missing.trim()) }
}

function run(program: CaptureProgram, path: string, name: string): Promise<{ failed: boolean; stderr: string }> {
  const [file, args] = probe(program, path, name)
  return new Promise((resolve) => {
    execFile(file, args, { env: programEnvironment(), ...PROBE_LIMIT }, (error, _stdout, stderr) =>
      resolve({ failed: error !== null, stderr: stderr === '' && error !== null ? error.message : stderr }),
    )
  })
}

/** tcpdump opens the interface to print a compiled filter; dumpcap to list its link types; our helper ends after it. */
function probe(program: CaptureProgram, path: string, name: string): [string, string[]] {
  if (program === 'tcpdump') return [path, ['-i', name, '-d']]
  if (program === 'dumpcap') return [path, ['-i', name, '-L']]
  const wishes = { interface: name, filter: '', snapLength: 65_535, bufferBytes: 1 << 20, probe: true }
  return [process.execPath, [...nodeOptions(), path, JSON.stringify(wishes)]]
}

function firstError(program: CaptureProgram, stderr: string): (Said & { kind: 'error' }) | null {
  for (const line of stderr.split(/[\r\n]+/)) {
    const said = readWords(program, line)
    if (said?.kind === 'error') return said
  }
  return /permission|not permitted/i.test(stderr) ? { kind: 'error', code: 'no-rights', text: stderr } : null
}
