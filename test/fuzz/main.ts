/** `npm run fuzz`: arguments, progress and findings. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { bundle } from './bundle.ts'
import { makeCase, planCase, planText } from './case.ts'
import { loadCorpus } from './corpus.ts'
import { failureText } from './failure.ts'
import { checkInProcess, type Options, type Progress, startFuzzing } from './supervise.ts'

const USAGE = `usage: npm run fuzz -- [--seconds N | --cases N] [--seed S] [--captures DIR] [--jobs N] [--save DIR]
       npm run fuzz -- --seed S --case I [--captures DIR] [--save DIR]
       npm run fuzz -- --file FILE

Damages captures in every way, runs them through the engine, and reports what is wrong.
  --seconds N     stop after this many seconds (60 if there is no --cases)
  --cases N       stop after this many cases
  --seed S        a number; the same seed makes the same cases from the same captures
  --captures DIR  more captures to make cases from, besides captures/ and SMBLENS_CAPTURES
  --jobs N        processes at the same time (1)
  --save DIR      the folder for failures
  --case I        run only this case, and write it to --save too
  --file FILE     check this file unchanged
Exit status: 0 nothing was found, 1 a failure was found, 2 the arguments are wrong, 130 the run was interrupted.
`

const DONE = 0
const FOUND = 1
const USAGE_ERROR = 2
/** As in shells: 128 plus the number of SIGINT. */
const INTERRUPTED = 130

const HANG_MS = 20_000
const MEMORY_EVERY = 2000

class UsageError extends Error {}

/** The exit status. */
export async function main(args: readonly string[]): Promise<number> {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        seconds: { type: 'string' },
        cases: { type: 'string' },
        seed: { type: 'string' },
        captures: { type: 'string' },
        jobs: { type: 'string' },
        save: { type: 'string' },
        case: { type: 'string' },
        file: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    })
    if (values.help) {
      process.stdout.write(USAGE)
      return DONE
    }
    const seed = numberOf('seed', values.seed) ?? Math.floor(Math.random() * 0x1_0000_0000)
    const one = numberOf('case', values.case)
    const cases = numberOf('cases', values.cases)
    const captures = values.captures === undefined ? null : resolve(values.captures)
    if (captures !== null && !existsSync(captures)) throw new UsageError(`--captures: there is no ${captures}`)
    const options: Options = {
      bundle: await bundle(fileURLToPath(new URL('worker.ts', import.meta.url))),
      seed,
      from: one ?? 0,
      to: one !== null ? one + 1 : (cases ?? Number.MAX_SAFE_INTEGER),
      seconds: numberOf('seconds', values.seconds) ?? (cases === null && one === null ? 60 : 1e9),
      jobs: one !== null ? 1 : Math.max(1, numberOf('jobs', values.jobs) ?? 1),
      captures,
      save: resolve(values.save ?? join(tmpdir(), `smblens-fuzz-${seed}`)),
      memoryEvery: MEMORY_EVERY,
      hangMs: HANG_MS,
      hangAttempts: 60,
    }
    if (values.file !== undefined) return await replayFile(options, values.file)
    return await fuzz(options, one)
  } catch (error) {
    if (!(error instanceof UsageError) && !isArgumentError(error)) throw error
    process.stderr.write(`fuzz: ${error.message}\n${USAGE}`)
    return USAGE_ERROR
  }
}

async function replayFile(options: Options, file: string): Promise<number> {
  readFileSync(file)
  const failure = await checkInProcess(options, resolve(file))
  process.stdout.write(failure === null ? `${file}: nothing is wrong\n` : `${file}: ${failureText(failure)}\n`)
  return failure === null ? DONE : FOUND
}

async function fuzz(options: Options, one: number | null): Promise<number> {
  const corpus = loadCorpus(options.captures)
  process.stderr.write(`fuzz: seed ${options.seed}, ${corpus.byName.size} captures (corpus ${corpus.mark})\n`)
  if (one !== null) showCase(options, one)
  const { progress, done, stop } = startFuzzing(options)
  let interrupted = false
  const interrupt = (): void => {
    interrupted = true
    stop()
  }
  process.once('SIGINT', interrupt)
  const line = setInterval(() => showProgress(progress), process.stderr.isTTY ? 500 : 60_000)
  try {
    await done
  } finally {
    clearInterval(line)
    process.removeListener('SIGINT', interrupt)
  }
  if (process.stderr.isTTY) process.stderr.write('\r\u001b[K')
  process.stdout.write(summaryText(options, progress))
  if (interrupted) process.stderr.write('fuzz: interrupted\n')
  if (progress.found.size > 0) return FOUND
  return interrupted ? INTERRUPTED : DONE
}

function showCase(options: Options, index: number): void {
  const corpus = loadCorpus(options.captures)
  const plan = planCase(corpus, options.seed, index)
  const path = join(tmpdir(), `smblens-fuzz-${options.seed}-${index}.pcap`)
  writeFileSync(path, makeCase(corpus, plan))
  process.stderr.write(`${planText(plan)}\nthe case: ${path}\n`)
}

function showProgress(progress: Progress): void {
  const text = `fuzz: ${counts(progress)}, ${progress.found.size} kinds of failure`
  process.stderr.write(process.stderr.isTTY ? `\r${text}\u001b[K` : `${text}\n`)
}

export function summaryText({ seed, save }: Options, progress: Progress): string {
  const parts = [`seed ${seed}: ${counts(progress)}, ${(progress.bytes / 1e6).toFixed(0)} MB of captures`]
  for (const { failure, index, count, saved } of progress.found.values()) {
    const where = saved === null ? `npm run fuzz -- --seed ${seed} --case ${index}` : saved
    parts.push(`\n${count} × ${failureText(failure)}\n  first in case ${index}: ${where}`)
  }
  parts.push(progress.found.size === 0 ? 'nothing was found' : `\nfailures are in ${save}`)
  return `${parts.join('\n')}\n`
}

function counts({ cases, milliseconds }: Progress): string {
  return `${cases} cases in ${(milliseconds / 1000).toFixed(0)} s, ${((cases * 1000) / Math.max(1, milliseconds)).toFixed(0)} a second`
}

function numberOf(name: string, text: string | undefined): number | null {
  if (text === undefined) return null
  const value = Number(text)
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(value)) throw new UsageError(`--${name} must be a whole number`)
  return value
}

function isArgumentError(error: unknown): error is Error {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS')
}
