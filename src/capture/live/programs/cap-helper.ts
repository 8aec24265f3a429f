/**
 * Captures with libpcap through the package `cap`, in a separate process, because cap ends its process when the interface goes down, and starves timers
 * under load. It opens the interface, gives up its rights, and writes pcap to standard output; cap.ts reads its messages on standard error. Its
 * argument is its options as JSON; `probe` ends it once the interface is open.
 *
 * Writing waits until the bytes are read. During that time packets wait in the kernel's buffer, and that is where they are lost.
 */
import { writeSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Cap } from 'cap'
import { errorCode } from '../../capture-error.ts'
import { CaptureStartError, type CaptureStartErrorCode } from '../../start-error.ts'
import { dropRights } from '../machine/drop-rights.ts'
import type { CapHelperOptions } from './cap.ts'

/** In immediate mode, which cap always uses, a packet takes 64 KB of the buffer: 10 MB would be 160 packets. */
const LEAST_BUFFER = 256 << 20
const BATCH = 1 << 20
const BATCH_MS = 50
const RECORD_HEADER = 16
/** How much of a packet cap reads; it does not report that there was more. */
const MAX_PACKET = 65_535

const LINK_TYPES: Record<string, number> = {
  NULL: 0,
  ETHERNET: 1,
  RAW: 101,
  LINKTYPE_LINUX_SLL: 113,
  IEEE802_11_RADIO: 127,
}

const options: CapHelperOptions = JSON.parse(process.argv[2] ?? '{}')
const packet = Buffer.alloc(MAX_PACKET)
const batch = Buffer.alloc(BATCH)
const sleeper = new Int32Array(new SharedArrayBuffer(4))
let filled = 0
let batchStarted = 0
let received = 0

const cap = open()
process.on('SIGTERM', finish)
process.on('SIGINT', () => {})

function open(): Cap {
  const capture = load()
  let linkType: number | undefined
  try {
    const name = capture.open(options.interface, options.filter, Math.max(LEAST_BUFFER, options.bufferBytes), packet)
    linkType = LINK_TYPES[name]
    if (linkType === undefined) fail('failed', `cap does not say what link type ${options.interface} has ("${name}")`)
    dropRights(null)
  } catch (error) {
    if (error instanceof CaptureStartError) fail(error.code, error.message)
    const text = error instanceof Error ? error.message : String(error)
    fail(codeOf(text), text)
  }
  if (options.probe === true) {
    say('ready')
    process.exit()
  }
  // Before the first packet; and the file's header comes first.
  batch.set(fileHeader(linkType!, options.snapLength))
  filled = 24
  flush()
  capture.on('packet', onPacket)
  setInterval(flush, BATCH_MS)
  say('ready')
  return capture
}

/** Whether it is not installed, not built, or built for another version of Node: the same remedy helps. */
function load(): Cap {
  try {
    const library = createRequire(__filename)('cap') as { Cap: new () => Cap }
    return new library.Cap()
  } catch (error) {
    const reason = error instanceof Error ? error.message.split('\n')[0]! : String(error)
    return fail('no-program', `the package cap is not installed or was built for another Node (${reason})`)
  }
}

function codeOf(text: string): CaptureStartErrorCode {
  if (/permission|not permitted/i.test(text)) return 'no-rights'
  if (/no such device|doesn't exist/i.test(text)) return 'no-interface'
  return /filter expression|syntax error/.test(text) ? 'bad-filter' : 'failed'
}

function onPacket(length: number): void {
  received++
  const kept = Math.min(length, options.snapLength)
  if (filled + RECORD_HEADER + kept > BATCH) flush()
  const now = Date.now()
  if (filled === 0) batchStarted = now
  batch.writeUInt32LE(Math.floor(now / 1000), filled)
  batch.writeUInt32LE((now % 1000) * 1000, filled + 4)
  batch.writeUInt32LE(kept, filled + 8)
  // A packet as long as the buffer may have been longer: how much is not known, but it must not look complete.
  batch.writeUInt32LE(length === MAX_PACKET ? length + 1 : length, filled + 12)
  packet.copy(batch, filled + RECORD_HEADER, 0, kept)
  filled += RECORD_HEADER + kept
  // Under load the timer never fires.
  if (now - batchStarted >= BATCH_MS) flush()
}

function flush(): void {
  for (let written = 0; written < filled; ) {
    try {
      written += writeSync(1, batch, written, filled - written)
    } catch (error) {
      // The pipe is full and non-blocking. Any other error means that the reader is gone.
      if (errorCode(error) !== 'EAGAIN') process.exit(1)
      Atomics.wait(sleeper, 0, 0, 1)
    }
  }
  filled = 0
}

function finish(): void {
  cap.close()
  flush()
  say(`received ${received}`)
  process.exit()
}

function fileHeader(linkType: number, snapLength: number): Buffer {
  const header = Buffer.alloc(24)
  header.writeUInt32LE(0xa1b2c3d4, 0)
  header.writeUInt16LE(2, 4)
  header.writeUInt16LE(4, 6)
  header.writeUInt32LE(snapLength, 16)
  header.writeUInt32LE(linkType, 20)
  return header
}

function say(message: string): void {
  writeSync(2, `smblens ${message}\n`)
}

function fail(code: CaptureStartErrorCode, text: string): never {
  say(`${code}: ${text.replace(/\s+/g, ' ')}`)
  process.exit(1)
}
