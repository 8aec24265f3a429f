/** How far reading is, in one line. */
import { escapeText } from '../report/escape.ts'
import type { Reading } from '../view/store.ts'
import type { Line } from './line.ts'
import { bar, fitLine, segment } from './pages/layout.ts'

const BAR_CELLS = 20
const NARROW = 70

/** Before that the speed says nothing of the time that is left. */
const SETTLED_MS = 500

export function progressLine(reading: Reading, width: number): Line {
  const { path, index, count, bytes, total, elapsedMs, done, paused } = reading
  if (done) return fitLine([segment(`read ${megabytes(bytes)} in ${duration(elapsedMs)}`, 'quiet')], width)
  if (count === 0) return fitLine([segment('nothing is read yet', 'quiet')], width)
  const share = total !== null && total > 0 ? Math.min(1, bytes / total) : null
  const rate = elapsedMs > 0 ? (bytes / elapsedMs) * 1000 : 0
  const parts: string[] = [share === null ? megabytes(bytes) : `${Math.floor(share * 100)}%`]
  if (paused) parts.push('paused')
  else if (rate > 0) parts.push(`${(rate / 1e6).toFixed(rate < 1e7 ? 1 : 0)} MB/s`)
  if (!paused && total !== null && rate > 0 && elapsedMs >= SETTLED_MS) parts.push(timeLeft((total - bytes) / rate))
  if (count > 1) parts.push(`capture ${index + 1} of ${count}`)
  const cells = width < NARROW ? BAR_CELLS / 2 : BAR_CELLS
  const filled = share === null ? '' : bar(share, cells)
  const drawn =
    share === null ? [] : [segment(filled, 'bar'), segment(`${'·'.repeat(cells - [...filled].length)} `, 'quiet')]
  return fitLine([...drawn, segment(parts.join('  ')), segment(`  ${escapeText(path)}`, 'quiet')], width)
}

function megabytes(bytes: number): string {
  return bytes < 1e6 ? `${Math.ceil(bytes / 1000)} kB` : `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`
}

function duration(ms: number): string {
  if (ms < 100_000) return `${(ms / 1000).toFixed(ms < 10_000 ? 1 : 0)} s`
  return `${Math.floor(ms / 60_000)} min ${Math.floor((ms % 60_000) / 1000)} s`
}

function timeLeft(seconds: number): string {
  const whole = Math.max(1, Math.ceil(seconds))
  return whole < 100 ? `about ${whole} s left` : `about ${Math.ceil(whole / 60)} min left`
}
