/** The page of a prediction: what enforcing one control would do to one host or pair, the frames that show it, and what to change first. */
import { shortTime } from '../../../base/packet-time.ts'
import { displayWidth, escapeText, wrap } from '../../../base/safe-text.ts'
import { plural } from '../../../base/wording.ts'
import type { ReadinessRow } from '../../../readiness/readiness-row.ts'
import type { ControlRow } from '../../../rows/control-row.ts'
import type { EvidenceView } from '../../../view/evidence-view.ts'
import { EMPTY, fitLine, labelled, paragraphLines, section, segment, timeSpan, wireText } from '../../text/layout.ts'
import type { Line } from '../../text/line.ts'
import { evidenceLines } from '../evidence-lines.ts'
import { rowHosts, STATE_TONES, STATE_WORDS } from '../readiness-parts.ts'

/** @param selected the index of the evidence that `evidence` shows */
export function predictionLines(
  row: ReadinessRow,
  control: ControlRow | undefined,
  evidence: EvidenceView | null,
  width: number,
  selected: number,
): Line[] {
  const { state, side, user, share, count, total, firstTime, lastTime } = row
  const fact = (label: string, value: string | null) =>
    value === null || value === '' ? [] : labelled(label, wireText(value), width)
  return [
    fitLine(
      [
        segment(`${STATE_WORDS[state].toUpperCase()}  `, STATE_TONES[state]),
        segment(control?.summary.title ?? row.control, 'strong'),
        segment(`  ${row.control}`, 'quiet'),
      ],
      width,
    ),
    EMPTY,
    ...paragraphLines(wireText(row.message), width),
    EMPTY,
    ...fact(row.scope === 'pair' ? 'Who' : row.client === null ? 'Server' : 'Client', rowHosts(row)),
    ...fact('User', user),
    ...fact('Share', share),
    ...fact('Enforced by', side === null ? null : `the ${side}`),
    ...fact('Seen in', count === total ? plural(count, 'session') : `${count} of ${plural(total, 'session')}`),
    ...fact('When', `${timeSpan(firstTime, lastTime)} UTC`),
    ...fact('Reason', row.reason),
    ...(row.change === null
      ? []
      : section('What to change before it is enforced', paragraphLines(wireText(row.change), width, '  '), width)),
    ...section(
      'Evidence',
      row.evidence.length > 0
        ? evidenceList(row, selected, width)
        : paragraphLines('What would show it was not seen.', width, '  ', 'quiet'),
      width,
    ),
    ...(evidence === null ? [] : [EMPTY, ...evidenceLines(evidence, width)]),
    ...(control === undefined
      ? []
      : section('The control', paragraphLines(control.summary.message, width, '  '), width)),
  ]
}

function evidenceList({ evidence }: ReadinessRow, chosen: number, width: number): Line[] {
  const widest = Math.max(...evidence.map(({ frame }) => String(frame).length), 1)
  return evidence.flatMap(({ frame, time, what }, index) => {
    const selected = index === chosen
    const where = `${selected ? '>' : ' '} frame ${String(frame).padStart(widest)}  ${width < 72 ? '' : `${shortTime(time)}  `}`
    return wrap(escapeText(wireText(what)), width - displayWidth(where)).map((part, i): Line => {
      const tone = selected ? 'selected' : 'plain'
      return [segment(i === 0 ? where : ' '.repeat(where.length), selected ? 'selected' : 'quiet'), segment(part, tone)]
    })
  })
}
