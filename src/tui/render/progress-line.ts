/** The progress of reading, in one line. */
import { escapeText } from '../../base/safe-text.ts'
import { number, plural } from '../../base/wording.ts'
import type { LiveReading, Reading } from '../../view/store.ts'
import { bar, fitLine, segment } from '../text/layout.ts'
import type { Line, Segment } from '../text/line.ts'

const BAR_CELLS = 20
const NARROW = 70

/** Before that, the speed is no basis for the time that is left. */
const SETTLED_MS = 500

export function progressLine(reading: Reading, width: number): Line {
  const { path, index, count: captures, bytes, total, elapsedMs, done, live } = reading
  if (live !== null) return liveLine(reading, live, width)
  if (done) return fitLine([segment(`read ${megabytes(bytes)} in ${duration(elapsedMs)}`, 'quiet')], width)
  if (captures === 0) return fitLine([segment('nothing has been read yet', 'quiet')], width)
  const share = total !== null && total > 0 ? Math.min(1, bytes / total) : null
  const rate = elapsedMs > 0 ? (bytes / elapsedMs) * 1000 : 0
  const parts: string[] = [share === null ? megabytes(bytes) : `${Math.floor(share * 100)}%`]
  if (rate > 0) parts.push(`${(rate / 1e6).toFixed(rate < 1e7 ? 1 : 0)} MB/s`)
  if (total !== null && rate > 0 && elapsedMs >= SETTLED_MS) parts.push(timeLeft((total - bytes) / rate))
  if (captures > 1) parts.push(`capture ${index + 1} of ${captures}`)
  const cells = width < NARROW ? BAR_CELLS / 2 : BAR_CELLS
  const filled = share === null ? '' : bar(share, cells)
  const drawn =
    share === null ? [] : [segment(filled, 'bar'), segment(`${'·'.repeat(cells - [...filled].length)} `, 'quiet')]
  return fitLine([...drawn, segment(parts.join('  ')), segment(`  ${escapeText(path)}`, 'quiet')], width)
}

function liveLine({ elapsedMs, done }: Reading, { packets, frames, rate, loss }: LiveReading, width: number): Line {
  const parts = [
    segment(`${done ? 'ended after' : 'live'} ${clock(elapsedMs)}`, done ? 'quiet' : 'good'),
    segment(`  ${plural(packets, 'packet')} (${number(frames)} SMB)`),
  ]
  if (!done) parts.push(segment(`  ${number(Math.round(rate))}/s`))
  parts.push(lost(loss, done))
  for (const { interface: name, state } of loss) {
    const down = state === 'down' && !done
    parts.push(segment(`  ${escapeText(name)}${down ? ' is down' : ''}`, down ? 'high' : 'quiet'))
  }
  return fitLine(parts, width)
}

/**
 * Lost packets, over all interfaces. Unknown if one of them has no counter; "at least" if a part was not counted. Packets that remain in
 * buffers when the capture ends are lost too.
 */
function lost(loss: LiveReading['loss'], done: boolean): Segment {
  const dropped = loss.map((l) => l.droppedByKernel)
  if (dropped.includes(null)) return segment('  loss unknown', 'medium')
  const of = (l: LiveReading['loss'][number]) => (l.droppedByKernel ?? 0) + (l.droppedByInterface ?? 0)
  const sum = loss.reduce((all, l) => all + of(l) + (done ? (l.left ?? 0) : 0), 0)
  const sources = [...new Set(loss.map(({ source }) => source))]
  const atLeast = loss.some((l) => l.atLeast)
  const text = `  ${atLeast ? 'at least ' : ''}${number(sum)} lost (${escapeText(sources.join(', '))})`
  return segment(text, sum > 0 ? 'high' : atLeast ? 'medium' : 'plain')
}

function clock(ms: number): string {
  const seconds = Math.floor(ms / 1000)
  const two = (n: number) => String(n).padStart(2, '0')
  return `${Math.floor(seconds / 3600)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`
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
