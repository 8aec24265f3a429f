/** Which programs can capture here: each one opens an interface and nothing more, because no other test gives a reliable answer. */
import { execFile } from 'node:child_process'
import { escapeText } from '../../../base/safe-text.ts'
import { programEnvironment } from '../machine/environment.ts'
import { PROBE_LIMIT, replaceableText } from '../machine/find-program.ts'
import { listInterfaces } from '../machine/interfaces.ts'
import { CAPTURE_PROGRAMS, type CaptureProgram, type CaptureProgramDescription } from './capture-programs.ts'
import type { CommandLine } from './program.ts'
import { firstError } from './program-errors.ts'

export interface CaptureAbility {
  program: CaptureProgram
  /** Null if it is not installed. */
  path: string | null
  canCapture: boolean
  /** What to do about it, one line; null if it can. */
  missing: string | null
}

/** @param interfaceName to try; without it, the first one that is up, or `any`, which opens even if none is */
export async function captureAbilities(interfaceName?: string): Promise<CaptureAbility[]> {
  const interfaces = await listInterfaces()
  const tried = interfaceName ?? interfaces.find(({ state }) => state === 'up')?.name ?? 'any'
  return Promise.all(CAPTURE_PROGRAMS.map((program) => abilityOf(program, tried)))
}

async function abilityOf(program: CaptureProgramDescription, interfaceName: string): Promise<CaptureAbility> {
  const { name, install, parseMessage } = program
  const notInstalled = { program: name, path: null, canCapture: false, missing: install }
  const found = program.find()
  if (found === null) return notInstalled
  const { path } = found
  const unable = (missing: string) => ({ program: name, path, canCapture: false, missing: escapeText(missing.trim()) })
  if (found.unusable === 'replaceable') return unable(replaceableText(path))
  if (found.unusable !== null) return unable(program.rights(path))
  const { failed, stderr } = await run(program.probe(path, interfaceName))
  if (!failed) return { program: name, path, canCapture: true, missing: null }
  const error = firstError(stderr, parseMessage)
  if (error?.code === 'no-program') return notInstalled
  if (error?.code === 'no-rights' || (error === null && /permission|not permitted/i.test(stderr)))
    return unable(program.rights(path))
  return unable(`${name} says: ${error?.text ?? stderr}`)
}

function run({ file, args }: CommandLine): Promise<{ failed: boolean; stderr: string }> {
  return new Promise((resolve) => {
    execFile(file, args, { env: programEnvironment(), ...PROBE_LIMIT }, (error, _stdout, stderr) =>
      resolve({ failed: error !== null, stderr: stderr === '' && error !== null ? error.message : stderr }),
    )
  })
}
