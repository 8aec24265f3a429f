/** @module-tag long */
/** Memory, as the system measures it: even a capture that fills every table must not make the process larger than allowed. */
import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { temporaryFolder } from '../support/frames.ts'
import { ROOT } from '../support/smblens.ts'

const { writeSaturation }: { writeSaturation: (path: string, share: number) => number } = await import(
  join(ROOT, 'bench/saturation.mjs')
)

const folder = temporaryFolder()
afterAll(() => folder.remove())

/** With 150 MB the limits are half of those with 200 MB: a fifth of the large capture reaches them. */
const MEMORY = 150
const capture = join(folder.path, 'saturation.pcap')

/** The kernel's high-water mark of resident memory, in megabytes; null if the process has ended. */
function peakOf({ pid }: ChildProcess): number | null {
  try {
    const [, kilobytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
    return kilobytes === undefined ? null : (Number(kilobytes) * 1024) / 1e6
  } catch {
    return null
  }
}

async function run(args: readonly string[]): Promise<{ peak: number; status: number | null; errors: string }> {
  const child = spawn(process.execPath, [join(ROOT, 'bin/smblens'), ...args], { stdio: ['ignore', 'ignore', 'pipe'] })
  let errors = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors += text
  })
  let peak = 0
  const watch = setInterval(() => {
    peak = peakOf(child) ?? peak
  }, 10)
  const status = await new Promise<number | null>((resolve) => child.on('close', resolve))
  clearInterval(watch)
  return { peak, status, errors }
}

describe.skipIf(process.platform !== 'linux')('a capture that fills every table', () => {
  const packets = writeSaturation(capture, 0.2)

  it('has many packets', () => {
    expect(packets).toBeGreaterThan(90_000)
  })

  it.each([
    ['scan -f ndjson', ['scan', '-f', 'ndjson']],
    ['scan -f json', ['scan', '-f', 'json']],
    ['messages', ['messages']],
  ])(`takes less than ${MEMORY} MB in %s`, async (_, command) => {
    const { peak, status, errors } = await run([...command, '--memory', `${MEMORY}M`, capture])
    expect(status).toBe(0)
    for (const name of [
      'half-open',
      'attempts',
      'ledger-bytes',
      'held-bytes-in-all',
      'gather-bytes-in-all',
      'fragment-bytes',
      'joinable-sessions',
      'open-bytes',
    ])
      expect(errors).toContain(`--limit ${name}=N`)
    expect(peak).toBeGreaterThan(60)
    expect(peak).toBeLessThan(MEMORY)
  })
})
