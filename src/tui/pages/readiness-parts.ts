/** Parts of pages about readiness: bars with each state as a part of its own, and rows in words. */
import { displayWidth, truncate } from '../../base/safe-text.ts'
import { number } from '../../base/wording.ts'
import type { ReadinessState } from '../../readiness/control.ts'
import type { ControlSummary, ReadinessRow } from '../../readiness/readiness-row.ts'
import { BAR_SIGNS, barCells } from '../../report/readiness/control-bar.ts'
import { paragraphLines, segment, wireText } from '../text/layout.ts'
import type { Line, Tone } from '../text/line.ts'

export const STATE_WORDS: Record<ReadinessState, string> = {
  breaks: 'breaks',
  exempt: 'exempt',
  'not-observed': 'not seen',
  ready: 'ready',
}

export const STATE_TONES: Record<ReadinessState, Tone> = {
  breaks: 'high',
  exempt: 'medium',
  'not-observed': 'quiet',
  ready: 'good',
}

type Counts = Pick<ControlSummary, 'ready' | 'breaks' | 'exempt' | 'notObserved'>

const BAR_TONES: readonly Tone[] = ['good', 'high', 'medium', 'quiet']

/** Exactly `cells` wide. Each state has a sign of its own, so that it is read without colours too. */
export function readinessBar({ ready, breaks, exempt, notObserved }: Counts, cells: number): Line {
  const given = barCells([ready, breaks, exempt, notObserved], cells)
  if (given.every((each) => each === 0)) return [segment(' '.repeat(cells))]
  return given.flatMap((each, i) => (each > 0 ? [segment(BAR_SIGNS[i]!.repeat(each), BAR_TONES[i]!)] : []))
}

export const BAR_WORDS = `${BAR_SIGNS[0]} ready  ${BAR_SIGNS[1]} breaks  ${BAR_SIGNS[2]} exempt  ${BAR_SIGNS[3]} not seen`

/** `10.0.0.5 -> 10.0.0.9`, or the one host that it is about. */
export function rowHosts({ client, server }: Pick<ReadinessRow, 'client' | 'server'>): string {
  return client !== null && server !== null ? `${client} -> ${server}` : (client ?? server ?? '')
}

/** Who, how often, why, and what to change first. */
export function rowLines(row: ReadinessRow, width: number): Line[] {
  const names = [row.user, row.share].filter((name) => name !== null && name !== '').map((name) => wireText(name!))
  const times = row.count > 1 ? ` x${number(row.count)}` : ''
  const frame = row.evidence[0] === undefined ? '' : `frame ${row.evidence[0].frame}`
  const head = [`${rowHosts(row)}${times}`, ...names, frame].filter((part) => part !== '').join('  ')
  return [
    [segment('  '), segment(displayWidth(head) > width - 2 ? truncate(head, Math.max(1, width - 2)) : head, 'strong')],
    ...paragraphLines(wireText(row.message), width, '    '),
    ...(row.change === null ? [] : paragraphLines(`Change: ${wireText(row.change)}`, width, '    ', 'accent')),
  ]
}
