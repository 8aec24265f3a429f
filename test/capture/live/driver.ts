/** A program for tests: captures with the given options, prints events as JSON lines, and follows the commands on standard input. */
import { readFileSync, writeSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { dropRights } from '../../../src/capture/live/machine/drop-rights.ts'
import { type CaptureStartError, startCapture } from '../../../src/capture/live/start-capture.ts'

const { request, drop } = JSON.parse(process.argv[2]!)
const streams: Buffer[][] = []
const open: Promise<void>[] = []

try {
  const capture = await startCapture(
    request,
    {
      onStream(place, stream) {
        const chunks: Buffer[] = []
        streams.push(chunks)
        stream.on('data', (chunk: Buffer) => chunks.push(chunk))
        open.push(new Promise((resolve) => stream.once('close', resolve)))
        print({ event: 'stream', place })
      },
      onDown: (place, reason) => print({ event: 'down', place, reason }),
      onUp: (place) => print({ event: 'up', place }),
      onNote: (code, message) => print({ event: 'note', code, message }),
      onLost: (reason) => print({ event: 'lost', reason }),
    },
    new AbortController().signal,
  )
  if (drop) dropRights(null)
  print({ event: 'started', program: capture.program, uid: uids() })
  for await (const word of createInterface({ input: process.stdin })) {
    if (word === 'loss') print({ event: 'loss', loss: await capture.loss() })
    if (word === 'packets') print({ event: 'packets', streams: streams.map((chunks) => packetsOf(chunks)) })
    if (word === 'stop') break
  }
  const loss = await capture.stop()
  await Promise.all(open)
  print({ event: 'stopped', loss, streams: streams.map((chunks) => packetsOf(chunks)) })
} catch (error) {
  const { code, message } = error as CaptureStartError
  print({ event: 'refused', code, message })
}

function print(event: object): void {
  writeSync(1, `${JSON.stringify(event)}\n`)
}

function uids(): string | undefined {
  return /^Uid:\s*(.*)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]
}

/** The last bytes of each packet, as text: what the test has sent. */
function packetsOf(chunks: readonly Buffer[]): string[] {
  const bytes = Buffer.concat(chunks)
  const packets: string[] = []
  for (let at = 24; at + 16 <= bytes.length; ) {
    const end = at + 16 + bytes.readUInt32LE(at + 8)
    packets.push(bytes.toString('latin1', end - 8, end))
    at = end
  }
  return packets
}
