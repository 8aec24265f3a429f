/** A worker with a fault in its target, for the tests of the fuzzer. SMBLENS_FUZZ_PLANT selects the fault. It occurs on files that contain NTLMSSP. */
import { failure } from './failure.ts'
import { serve } from './serve.ts'
import type { Target } from './target.ts'

const kept: Uint8Array[] = []

const FAULTS: Readonly<Record<string, () => void>> = {
  throw: () => {
    throw new TypeError('a planted fault')
  },
  event: () => {
    setImmediate(() => {
      throw new TypeError('a planted fault in an event')
    })
  },
  hang: () => {
    for (;;);
  },
  crash: () => {
    process.kill(process.pid, 'SIGKILL')
  },
  leak: () => {
    kept.push(new Uint8Array(2 << 20).fill(1))
  },
}

const target: Target = {
  async check(bytes) {
    const text = new TextDecoder('latin1').decode(bytes)
    try {
      if (text.includes('NTLMSSP')) FAULTS[process.env['SMBLENS_FUZZ_PLANT'] ?? '']?.()
    } catch (error) {
      return failure('throw', String(error))
    }
    // An event that throws does so before the next case.
    await new Promise((resolve) => setImmediate(resolve))
    return null
  },
}

await serve(target, JSON.parse(process.argv[2] ?? ''))
