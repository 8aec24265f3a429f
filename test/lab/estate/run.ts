/** Programs of the estate: run to their end, or started and stopped. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { closeSync, openSync, writeFileSync } from 'node:fs'

export interface Ended {
  /** Null where a signal ended it, the limit of time among them. */
  status: number | null
  /** stdout and stderr as they came. */
  output: string
}

export interface RunOptions {
  cwd?: string
  env?: Record<string, string>
  /** Milliseconds until it is killed. */
  limit?: number
}

/** What a program printed is kept up to here: a client that repeats a message for ever must not fill the memory. */
const OUTPUT_LIMIT = 64 * 1024

/** Runs a program to its end. It has no standard input, so that none waits for a password. */
export function run(command: readonly string[], { cwd, env = {}, limit = 30_000 }: RunOptions = {}): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const [program, ...args] = command
    const child = spawn(program!, args, {
      ...(cwd === undefined ? {} : { cwd }),
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let output = ''
    const keep = (chunk: string) => {
      if (output.length < OUTPUT_LIMIT) output += chunk
    }
    child.stdout.setEncoding('utf8').on('data', keep)
    child.stderr.setEncoding('utf8').on('data', keep)
    const timer = setTimeout(() => child.kill('SIGKILL'), limit)
    child.once('error', reject)
    child.once('close', (status) => {
      clearTimeout(timer)
      resolve({ status, output })
    })
  })
}

/** A program that runs until it is stopped. */
export interface Running {
  readonly child: ChildProcess
  stop(signal?: NodeJS.Signals): Promise<void>
}

/** @param log the file to which it prints */
export function start(command: readonly string[], log: string): Running {
  const [program, ...args] = command
  const to = openSync(log, 'a')
  const child = spawn(program!, args, { stdio: ['ignore', to, to] })
  closeSync(to)
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()))
  return {
    child,
    stop(signal = 'SIGTERM') {
      child.kill(signal)
      return ended
    },
  }
}

/** A step of setting the estate up. @throws {Error} with what the program printed, if it fails */
export function must(command: readonly string[], input = ''): string {
  const [program, ...args] = command
  const { status, stdout, stderr, error } = spawnSync(program!, args, { input, encoding: 'utf8' })
  if (error !== undefined) throw error
  if (status !== 0) throw new Error(`${command.join(' ')} ended with status ${status}: ${stderr}${stdout}`)
  return stdout
}

export function hasProgram(name: string): boolean {
  return spawnSync('sh', ['-c', `command -v ${name}`]).status === 0
}

export async function waitFor(what: string, condition: () => boolean): Promise<void> {
  const end = Date.now() + 20_000
  while (!condition()) {
    if (Date.now() > end) throw new Error(`gave up waiting for ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

/** All of `tasks`, at most `width` at the same time. Results are in the order of the tasks. */
export async function inParallel<T>(width: number, tasks: readonly (() => Promise<T>)[]): Promise<T[]> {
  const results: T[] = []
  let next = 0
  const worker = async () => {
    while (next < tasks.length) {
      const at = next++
      results[at] = await tasks[at]!()
    }
  }
  await Promise.all(Array.from({ length: width }, worker))
  return results
}

export function write(path: string, lines: readonly string[]): void {
  writeFileSync(path, lines.map((line) => `${line}\n`).join(''))
}
