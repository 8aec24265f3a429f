/** Sessions over time: all that started, those with a finding of high severity or worse, and the time axis. */
import { shortTime } from '../../base/packet-time.ts'
import type { Overview } from '../../view/overview.ts'
import { fitLine, resample, segment, sparkline } from '../text/layout.ts'
import type { Line } from '../text/line.ts'

const LABEL = 10

/** Three lines; none if no session started. */
export function timelineLines({ timeline }: Overview, width: number): Line[] {
  const { start, end } = timeline
  const cells = Math.max(8, width - LABEL)
  const all = resample(timeline.all, cells)
  const bad = resample(timeline.bad, cells)
  const most = Math.max(0, ...all)
  if (most === 0) return []
  const from = shortTime(start)
  const last = shortTime(end)
  const to = last.slice(0, 10) === from.slice(0, 10) ? last.slice(11) : last
  const span = all.length - from.length - to.length - 4
  const times = span > 0 ? `${from}${' '.repeat(span)}${to} UTC` : `${from} UTC`
  return [
    [segment('Sessions'.padEnd(LABEL), 'strong'), segment(sparkline(all, most), 'bar')],
    bad.some((n) => n > 0)
      ? [segment('high risk'.padEnd(LABEL), 'quiet'), segment(sparkline(bad, most), 'high')]
      : [segment(' '.repeat(LABEL)), segment('none at high risk', 'quiet')],
    [segment(' '.repeat(LABEL)), segment(times, 'quiet')],
  ].map((line) => fitLine(line, width))
}
