/** A failure as two files: the capture, and a description. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { checksum } from './bytes.ts'
import { type Plan, planText } from './case.ts'
import { type Failure, failureText } from './failure.ts'
import { keyOf } from './protocol.ts'

export interface Finding {
  seed: number
  index: number
  /** Of the corpus. */
  mark: string
  plan: Plan
  failure: Failure
  /** Before and after shrinking. */
  original: Uint8Array
  bytes: Uint8Array
}

/** Returns the path of the capture. An existing one of the same fault is replaced. */
export function saveFinding(folder: string, { seed, index, mark, plan, failure, original, bytes }: Finding): string {
  mkdirSync(folder, { recursive: true })
  const name = `${failure.kind}-${checksum(new TextEncoder().encode(keyOf(failure)))
    .toString(16)
    .padStart(8, '0')}`
  const path = join(folder, `${name}.pcap`)
  writeFileSync(path, bytes)
  const text = [
    failureText(failure),
    '',
    `replay:  npm run fuzz -- --file ${path}`,
    `the case before it was made small (${original.length} bytes, now ${bytes.length}): npm run fuzz -- --seed ${seed} --case ${index}`,
    `corpus ${mark}`,
    planText(plan),
    '',
  ]
  writeFileSync(join(folder, `${name}.txt`), text.join('\n'))
  return path
}
