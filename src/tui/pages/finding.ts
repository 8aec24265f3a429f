/** The page of a finding: what was seen and where, why it matters, and what to do. */
import type { Finding } from '../../audit/finding.ts'
import { remediationOf } from '../../audit/remediation.ts'
import { identifierText } from '../../audit/rule/identifiers.ts'
import type { Remediation, Rule } from '../../audit/rule/rule.ts'
import { shortTime } from '../../base/packet-time.ts'
import { displayWidth, escapeText, wrap } from '../../base/safe-text.ts'
import { endpointText, number } from '../../base/wording.ts'
import type { EvidenceView } from '../../view/evidence-view.ts'
import { EMPTY, labelled, paragraphLines, section, segment, timeSpan, wireText } from '../text/layout.ts'
import type { Line } from '../text/line.ts'
import { evidenceLines } from './evidence-lines.ts'

/** @param selected the index of the evidence that `evidence` shows */
export function findingLines(
  finding: Finding,
  rule: Rule | undefined,
  evidence: EvidenceView | null,
  width: number,
  selected = finding.evidence.findIndex(({ frame }) => frame === evidence?.frame),
): Line[] {
  return [
    ...title(finding, width),
    EMPTY,
    ...paragraphLines(wireText(finding.message), width),
    EMPTY,
    ...facts(finding, width),
    ...section('Evidence', evidenceList(finding, selected, width), width),
    ...(evidence === null ? [] : [EMPTY, ...evidenceLines(evidence, width)]),
    ...(rule === undefined ? [] : ruleLines(rule, finding.remediations, width)),
    ...section('In Wireshark', paragraphLines(wireText(finding.wiresharkFilter), width, '  ', 'accent'), width),
  ]
}

function title({ severity, title: text, rule }: Finding, width: number): Line[] {
  const label = `${severity.toUpperCase()}  `
  const lines: Line[] = wrap(wireText(text), width - label.length).map((part, i) => [
    segment(i === 0 ? label : ' '.repeat(label.length), severity),
    segment(part, 'strong'),
  ])
  return [...lines, ...paragraphLines(escapeText(rule), width, ' '.repeat(label.length), 'quiet')]
}

function facts(finding: Finding, width: number): Line[] {
  const { client, server, user, count, firstTime, lastTime, capture } = finding
  const ends = [client && endpointText(client), server && endpointText(server)].filter((end) => end !== null)
  const who = ends.length === 0 ? 'several hosts' : ends.join(' -> ')
  return [
    ...labelled(client === null && server !== null ? 'Server' : 'Who', escapeText(who), width),
    ...(user === null || user === '' ? [] : labelled('User', wireText(user), width)),
    ...labelled('When', `${timeSpan(firstTime, lastTime)} UTC`, width),
    ...labelled('How often', count === 1 ? 'once' : `${number(count)} times`, width),
    ...labelled('Capture', wireText(capture), width),
  ]
}

function evidenceList(finding: Finding, chosen: number, width: number): Line[] {
  const widest = Math.max(...finding.evidence.map(({ frame }) => String(frame).length), 1)
  const lines = finding.evidence.flatMap(({ frame, time, what }, index) => {
    const selected = index === chosen
    const where = `${selected ? '>' : ' '} frame ${String(frame).padStart(widest)}  ${width < 72 ? '' : `${shortTime(time)}  `}`
    return wrap(wireText(what), width - displayWidth(where)).map((part, i): Line => {
      const tone = selected ? 'selected' : 'plain'
      return [segment(i === 0 ? where : ' '.repeat(where.length), selected ? 'selected' : 'quiet'), segment(part, tone)]
    })
  })
  const more = finding.count - finding.evidence.length
  if (more < 1 || finding.evidence.length === 0) return lines
  return [
    ...lines,
    ...paragraphLines(
      `These are the first of the most severe cases, of ${number(finding.count)} in all.`,
      width,
      '  ',
      'quiet',
    ),
  ]
}

function ruleLines(rule: Rule, remediations: readonly string[], width: number): Line[] {
  const text = (words: string) => paragraphLines(words, width, '  ')
  const items = (entries: readonly string[]) => entries.flatMap((entry) => paragraphLines(entry, width, '  - '))
  const step = (heading: string, { setting, powershell: lines }: Omit<Remediation, 'audit'>) =>
    section(heading, [...text(setting), ...lines.flatMap((line) => powershell(line, width))], width)
  const { audit, ...fix } = remediationOf(rule, remediations)
  return [
    ...section('Why it matters', text(rule.why), width),
    ...section('How it is decided', text(rule.how), width),
    ...(audit === null ? [] : step('What to do first', audit)),
    ...step(audit === null ? 'What to do' : 'What to do then', fix),
    ...section('When it is wrong', items(rule.falsePositives), width),
    ...section('In "Protect SMB traffic from interception"', text(rule.guide), width),
    ...section('Known elsewhere as', items(rule.identifiers.map(identifierText)), width),
    ...section('References', items(rule.references), width),
  ]
}

/** Words of a command, quoted ones whole: a backtick can continue a line only between words. */
const WORD = /(?:'[^']*'|"[^"]*"|[^\s'"]|['"])+/g

/** The command as it can be typed; longer ones are continued with PowerShell's backtick. */
function powershell(command: string, width: number): Line[] {
  const room = width - '  PS> '.length - ' `'.length
  const rows: string[] = []
  let row = ''
  for (const word of command.match(WORD) ?? []) {
    const longer = row === '' ? word : `${row} ${word}`
    if (displayWidth(longer) <= room || row === '') row = longer
    else {
      rows.push(`${row} \``)
      row = word
    }
  }
  rows.push(row)
  return rows.flatMap((text, i) => paragraphLines(text, width, i === 0 ? '  PS> ' : '  >>  ', 'accent'))
}
