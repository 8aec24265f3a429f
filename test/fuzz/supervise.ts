/**
 * Runs workers, watches them from another process, and replaces them: a worker that reports nothing for too long is killed, and one that has died is
 * noticed. A case that ended a worker counts only if it fails again in a separate process. It is shrunk there.
 */
import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Bundle } from './bundle.ts'
import { makeCase, planCase } from './case.ts'
import { type Corpus, loadCorpus } from './corpus.ts'
import { type Failure, failure, isSame } from './failure.ts'
import { type Job, keyOf, type Line } from './protocol.ts'
import { saveFinding } from './save.ts'
import { limitedTo, shrinkFile } from './shrink.ts'

export interface Options {
  bundle: Bundle
  seed: number
  /** Cases [from, to). */
  from: number
  to: number
  seconds: number
  jobs: number
  captures: string | null
  save: string
  memoryEvery: number
  /** How long one case may take before its process is killed. */
  hangMs: number
  /** For shrinking a hang: each attempt may take as long as a hang does. */
  hangAttempts: number
}

export interface Found {
  failure: Failure
  /** The first case, and how many. */
  index: number
  count: number
  saved: string | null
}

export interface Progress {
  cases: number
  bytes: number
  /** By kind and what. */
  found: Map<string, Found>
  milliseconds: number
}

export function startFuzzing(options: Options): { progress: Progress; done: Promise<void>; stop(): void } {
  const progress: Progress = { cases: 0, bytes: 0, found: new Map(), milliseconds: 0 }
  const started = Date.now()
  const stopped = new AbortController()
  const until = started + options.seconds * 1000
  const lanes = Array.from({ length: options.jobs }, (_, lane) =>
    runLane(options, lane, until, progress, stopped.signal),
  )
  const clock = setInterval(() => {
    progress.milliseconds = Date.now() - started
  }, 100)
  const done = Promise.all(lanes).then(
    () => clearInterval(clock),
    (error: unknown) => {
      clearInterval(clock)
      throw error
    },
  )
  return { progress, done, stop: () => stopped.abort() }
}

/** The cases of one lane, by as many workers as it takes. */
async function runLane(
  options: Options,
  lane: number,
  until: number,
  progress: Progress,
  signal: AbortSignal,
): Promise<void> {
  let from = options.from + lane
  while (from < options.to && Date.now() < until && !signal.aborted) {
    const job = jobOf(options, { from, until, known: [...progress.found.keys()] })
    let at = from
    let failedHere: Failure | null = null
    let begun = false
    const end = await runWorker(options, job, signal, (line) => {
      if ('at' in line) {
        begun = true
        at = line.at
        progress.cases++
        progress.bytes += line.bytes
      } else if ('failed' in line) {
        failedHere = line.failure
        note(progress, line.failed, line.failure, line.saved)
      } else if ('leak' in line) {
        const seen = `within ${line.cases} cases up to case ${at}, of seed ${options.seed}, every ${options.jobs}.`
        note(progress, at, failure('leak', 'memory grows from case to case', `${line.leak}, ${seen}`), null)
      }
    })
    if (end.how === 'done' || signal.aborted) return
    if (!begun) throw new Error('a worker ended before its first case')
    await lookInto(options, at, end, failedHere, progress, signal)
    from = at + options.jobs
  }
}

interface End {
  how: 'done' | 'hang' | 'crash'
  /** Exit status or signal. */
  with: string
}

const HANG = failure('hang', 'no end')
const CRASH = failure('crash', 'the process is gone')

/** A worker ended too early. It counts if the case alone reproduces it, or if the process had died. */
async function lookInto(
  options: Options,
  index: number,
  end: End,
  said: Failure | null,
  progress: Progress,
  signal: AbortSignal,
): Promise<void> {
  const expected = said ?? (end.how === 'hang' ? HANG : CRASH)
  if (progress.found.get(keyOf(expected))?.saved) {
    if (said === null) note(progress, index, expected, null)
    return
  }
  const corpus: Corpus = loadCorpus(options.captures)
  const plan = planCase(corpus, options.seed, index)
  const bytes = makeCase(corpus, plan)
  const folder = mkdtempSync(join(tmpdir(), 'smblens-fuzz-'))
  try {
    const fails = async (candidate: Uint8Array): Promise<boolean> => {
      const file = join(folder, 'candidate.pcap')
      writeFileSync(file, candidate)
      return isSame(await checkInProcess(options, file, signal), expected)
    }
    if (await fails(bytes)) {
      const limited = limitedTo(options.hangAttempts, Date.now() + 10 * 60_000, fails)
      const small = await shrinkFile(bytes, limited)
      const { seed } = options
      const finding = { seed, index, mark: corpus.mark, plan, failure: expected, original: bytes, bytes: small }
      const saved = saveFinding(options.save, finding)
      const told = progress.found.get(keyOf(expected))
      if (told === undefined) note(progress, index, expected, saved)
      else told.saved = saved
    } else if (end.how === 'crash' && said === null) {
      const detail = `With ${end.with}, and not by this case alone: what came before it may have a part in it.`
      note(progress, index, failure('crash', 'the process is gone, after many cases', detail), null)
    } else if (end.how === 'hang') {
      process.stderr.write(
        `fuzz: case ${index} took more than ${options.hangMs} ms, and not so again: it does not count\n`,
      )
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Checks one file thoroughly, in a separate process. */
export async function checkInProcess(options: Options, file: string, signal?: AbortSignal): Promise<Failure | null> {
  let found: Failure | null = null
  const end = await runWorker(options, jobOf(options, { file }), signal ?? null, (line) => {
    if ('done' in line || 'failed' in line) found = line.failure
  })
  if (end.how === 'hang') return HANG
  return end.how === 'crash' && found === null ? CRASH : found
}

function jobOf(options: Options, particular: Partial<Job>): Job {
  const { bundle, seed, from, to, jobs, captures, save, memoryEvery } = options
  const job = {
    engine: bundle.engine,
    file: null,
    seed,
    from,
    step: jobs,
    to,
    until: 0,
    captures,
    save,
    memoryEvery,
    known: [],
  }
  return { ...job, ...particular }
}

async function runWorker(
  options: Options,
  job: Job,
  signal: AbortSignal | null,
  hear: (line: Line) => void,
): Promise<End> {
  mkdirSync(options.save, { recursive: true })
  const flags = ['--expose-gc', '--enable-source-maps', '--max-old-space-size=1024']
  const worker = spawn(process.execPath, [...flags, options.bundle.worker, JSON.stringify(job)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const kill = (): boolean => worker.kill('SIGKILL')
  signal?.addEventListener('abort', kill)
  // Loading takes time before the first case, and no case is responsible for it.
  let deadline = Date.now() + 10 * options.hangMs + 60_000
  let how: End['how'] = 'crash'
  const watch = setInterval(() => {
    if (Date.now() < deadline) return
    how = 'hang'
    kill()
  }, 50)
  const ended = new Promise<string>((resolve, reject) => {
    worker.once('error', reject)
    worker.once('close', (status, killedBy) => resolve(killedBy ?? `status ${status}`))
  })
  createInterface({ input: worker.stdout }).on('line', (text) => {
    deadline = Date.now() + options.hangMs
    const line = lineOf(text)
    if (line === null) return
    if ('done' in line) how = 'done'
    hear(line)
  })
  try {
    return { with: await ended, how }
  } finally {
    clearInterval(watch)
    signal?.removeEventListener('abort', kill)
  }
}

/** Null if the line was cut off when the worker ended. */
function lineOf(text: string): Line | null {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

function note(progress: Progress, index: number, failure: Failure, saved: string | null): void {
  const key = keyOf(failure)
  const known = progress.found.get(key)
  if (known === undefined) progress.found.set(key, { failure, index, count: 1, saved })
  else {
    known.count++
    known.saved ??= saved
  }
}
