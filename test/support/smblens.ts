/** The built program, run as a user runs it. */
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const ROOT = fileURLToPath(new URL('../..', import.meta.url))
export const BIN = join(ROOT, 'bin/smblens')

/** The sample captures of the project. */
export const SAMPLES = readdirSync(join(ROOT, 'captures'))
  .filter((name) => /\.(pcap|pcapng)(\.gz)?$/.test(name))
  .map((name) => join('captures', name))
  .sort()

if (!existsSync(join(ROOT, 'dist/cli.cjs')))
  throw new Error('dist/ is missing: npm test builds it first, or npm run build')

export interface Outcome {
  status: number | null
  stdout: string
  stderr: string
}

export interface RunOptions {
  input?: string | Uint8Array
  env?: Record<string, string>
  cwd?: string
}

/** The terminal settings of the test run must not reach the program. */
export function environment(extra: Record<string, string> = {}): NodeJS.ProcessEnv {
  const { NO_COLOR: _, FORCE_COLOR: __, ...rest } = process.env
  return { ...rest, ...extra }
}

export function smblens(args: readonly string[], options: RunOptions = {}): Outcome {
  return run(process.execPath, [BIN, ...args], options)
}

/** A shell line in which $smblens is the program. */
export function shell(line: string, options: RunOptions = {}): Outcome {
  return run('bash', ['-c', `set -o pipefail; ${line}`], { ...options, env: { ...options.env, smblens: BIN } })
}

function run(command: string, args: readonly string[], { input, env, cwd = ROOT }: RunOptions): Outcome {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd,
    env: environment(env),
    input: input ?? '',
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  })
  if (error) throw error
  return { status, stdout, stderr }
}

/** The records of ndjson output. */
export function records(stdout: string): Record<string, unknown>[] {
  return stdout
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line))
}

export function hasProgram(name: string): boolean {
  return spawnSync('bash', ['-c', `command -v ${name}`]).status === 0
}
