/** A worker: runs the cases that its job names against a target, reports its progress, and shrinks failures. It may hang or die at any time. */
import { readFileSync, writeSync } from 'node:fs'
import { makeCase, type Plan, planCase } from './case.ts'
import { type Corpus, loadCorpus } from './corpus.ts'
import { type Failure, failureOf, isSame } from './failure.ts'
import { createMemoryWatch, memoryNow } from './memory.ts'
import { type Job, keyOf, type Line } from './protocol.ts'
import { saveFinding } from './save.ts'
import { limitedTo, shrinkFile, shrinkPlan } from './shrink.ts'
import type { Target } from './target.ts'

const STDOUT = 1
/** For one failure. */
const SHRINK_ATTEMPTS = 4000
const SHRINK_MS = 40_000

export async function serve(target: Target, job: Job): Promise<void> {
  let at = job.from
  // Thrown where no promise waits for it, for instance in an event of a stream: the state of this process is unknown, so it ends.
  process.on('uncaughtException', (error) => {
    say({ failed: at, failure: failureOf(error), saved: null })
    process.exit(1)
  })
  if (job.file !== null) {
    say({ at, bytes: 0 })
    say({ done: true, failure: await target.check(new Uint8Array(readFileSync(job.file)), true) })
    return
  }
  const corpus = loadCorpus(job.captures)
  const memory = createMemoryWatch()
  const known = new Set(job.known)
  let cases = 0
  for (; at < job.to && Date.now() < job.until; at += job.step) {
    const plan = planCase(corpus, job.seed, at)
    const bytes = makeCase(corpus, plan)
    say({ at, bytes: bytes.length })
    const failure = await target.check(bytes, false)
    if (failure !== null) {
      const isNew = !known.has(keyOf(failure))
      known.add(keyOf(failure))
      say({ failed: at, failure, saved: isNew ? await saved(target, job, corpus, at, plan, bytes, failure) : null })
    }
    if (++cases % job.memoryEvery === 0 && globalThis.gc !== undefined) {
      const leak = memory.add(memoryNow(globalThis.gc))
      if (leak !== null) say({ leak, cases })
    }
  }
  say({ done: true, failure: null })
}

/** Shrinks a failure and saves it. A failure that occurs only in the case, and in none of the thorough checks, is saved in its original size. */
async function saved(
  target: Target,
  job: Job,
  corpus: Corpus,
  index: number,
  plan: Plan,
  bytes: Uint8Array,
  failure: Failure,
): Promise<string> {
  const fails = limitedTo(SHRINK_ATTEMPTS, Date.now() + SHRINK_MS, async (candidate) => {
    say({ alive: true })
    return isSame(await target.check(candidate, true), failure)
  })
  const small = { plan, bytes }
  if (await fails(bytes)) {
    small.plan = await shrinkPlan(plan, (candidate) => makeCase(corpus, candidate), fails)
    small.bytes = await shrinkFile(makeCase(corpus, small.plan), fails)
  }
  return saveFinding(job.save, {
    seed: job.seed,
    index,
    mark: corpus.mark,
    plan,
    failure,
    original: bytes,
    bytes: small.bytes,
  })
}

/** Writes synchronously, because the event loop may never run again. */
function say(line: Line): void {
  writeSync(STDOUT, `${JSON.stringify(line)}\n`)
}
