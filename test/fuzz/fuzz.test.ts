/** A short run of the fuzzer, always the same, and every file that once failed. `npm run fuzz` runs longer, with other cases. */
import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { cases } from '../support/cases.ts'
import { makeCase, planCase, planText } from './case.ts'
import { type Corpus, loadCorpus } from './corpus.ts'
import { failureText } from './failure.ts'
import type { Engine } from './outcome.ts'
import { engineTarget, type Target } from './target.ts'

const SEED = 20_261_123
const CASES = cases(400)

const REGRESSIONS = fileURLToPath(new URL('regressions/', import.meta.url))
const files = readdirSync(REGRESSIONS).filter((name) => name !== 'README.md')

let target: Target
let corpus: Corpus

beforeAll(async () => {
  const first: Engine = await import('./engine.ts')
  // The same modules again, with other hash seeds.
  vi.resetModules()
  const second: Engine = await import('./engine.ts')
  expect(second.Tracker).not.toBe(first.Tracker)
  target = engineTarget(first, second)
  corpus = loadCorpus(null, null)
})

describe('files that once failed', () => {
  it.each(files)('%s', async (name) => {
    const failure = await target.check(new Uint8Array(readFileSync(REGRESSIONS + name)), true)
    expect(failure === null ? null : failureText(failure)).toBeNull()
  })

  it('are explained, one line each', () => {
    const text = readFileSync(`${REGRESSIONS}README.md`, 'utf8')
    const explained = [...text.matchAll(/^\| `([^`]+)` \| [^|]+ \|$/gm)].map(([, name]) => name)
    expect(explained.sort()).toEqual(files.sort())
  })
})

describe('damaged captures', () => {
  it(`${CASES} of them do no harm`, async () => {
    for (let index = 0; index < CASES; index++) {
      const plan = planCase(corpus, SEED, index)
      const failure = await target.check(makeCase(corpus, plan), false)
      if (failure !== null) expect.fail(`case ${index}\n${planText(plan)}\n${failureText(failure)}`)
    }
  })

  it('do no harm in processes that are watched', { tags: 'long' }, () => {
    const args = ['test/fuzz/run.mjs', '--cases', '60', '--seed', String(SEED), '--jobs', '2']
    const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' })
    expect(stdout).toMatch(/^seed 20261123: 60 cases in .*\nnothing was found\n$/)
    expect({ status, stderr }).toMatchObject({
      status: 0,
      stderr: expect.stringMatching(/^fuzz: seed 20261123, \d+ captures/),
    })
  })

  it('can be run one at a time, or from a file', { tags: 'long' }, () => {
    const fuzz = (...args: string[]) =>
      spawnSync(process.execPath, ['test/fuzz/run.mjs', ...args], { encoding: 'utf8' })
    const one = fuzz('--seed', '7', '--case', '3')
    expect(one.stdout).toContain('seed 7: 1 cases')
    const path = /^the case: (.*)$/m.exec(one.stderr)?.[1]
    expect(one.stderr).toMatch(/^source: .*\nmixed in: .*\nsteps:\n/m)
    const file = fuzz('--file', path ?? '')
    expect(file).toMatchObject({ status: 0, stdout: `${path}: nothing is wrong\n` })
  })

  it('are not made if the arguments are wrong', { tags: 'long' }, () => {
    for (const args of [['--cases', 'ten'], ['--case', '-1'], ['--captures', '/nowhere/at/all'], ['--what']]) {
      const { status, stderr } = spawnSync(process.execPath, ['test/fuzz/run.mjs', ...args], { encoding: 'utf8' })
      expect({ args, status }).toEqual({ args, status: 2 })
      expect(stderr).toContain('usage: npm run fuzz')
    }
  })
})
