/** One line on standard error that shows how far the work is. It appears only on a terminal, and is gone at the end. */
import { isatty } from 'node:tty'
import { escapeText, truncate } from '../../base/safe-text.ts'
import { onInterrupt } from '../process/interrupt.ts'
import { writeDiagnostic } from './descriptor-sink.ts'

export interface Progress {
  /** The next input begins. */
  input(path: string, index: number, count: number): void
  /** @param size bytes of the input; null if they are not known, as for standard input */
  advance(bytes: number, size: number | null): void
  /** Removes the line, so that another can be written; the next `advance` draws it again. */
  clear(): void
  end(): void
}

const SILENT: Progress = { input() {}, advance() {}, clear() {}, end() {} }

const REDRAW_MS = 100

export function createProgress(
  write = writeDiagnostic,
  isTerminal = isatty(2),
  now = performance.now.bind(performance),
): Progress {
  if (!isTerminal || process.env['TERM'] === 'dumb') return SILENT
  const started = now()
  let drawn = false
  let lastDrawn = started
  let path = ''
  let position = ''
  let bytesBefore = 0
  let bytesHere = 0

  const clear = () => {
    if (drawn) write('\r\x1b[K')
    drawn = false
  }
  const unregister = onInterrupt(clear)
  return {
    input(name, index, count) {
      bytesBefore += bytesHere
      bytesHere = 0
      path = escapeText(name)
      position = count > 1 ? `[${index + 1}/${count}] ` : ''
    },
    advance(bytes, size) {
      bytesHere = bytes
      const time = now()
      if (time - lastDrawn < REDRAW_MS) return
      lastDrawn = time
      const rate = (bytesBefore + bytes) / 1e6 / ((time - started) / 1000)
      const done =
        size === null || size === 0
          ? `${(bytes / 1e6).toFixed(0)} MB`
          : `${Math.min(100, Math.floor((100 * bytes) / size))}%`
      const line = `${position}${done}  ${rate.toFixed(0)} MB/s  ${path}`
      write(`\r${truncate(line, (process.stderr.columns || 80) - 1)}\x1b[K`)
      drawn = true
    },
    clear,
    end() {
      clear()
      unregister()
    },
  }
}
