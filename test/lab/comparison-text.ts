/** A comparison as tables: for a terminal, and in Markdown for the docs. */
import { CONTROL_IDS } from '../../src/readiness/control.ts'
import type { Cell, Comparison } from './comparison.ts'
import { ENFORCEMENTS, type Enforcement, NOT_ENFORCED } from './estate/enforcements.ts'
import { enforcementKey, type Outcomes } from './outcomes.ts'

export const LEGEND = [
  'works     predicted to keep working, and it did',
  'BREAKS    predicted to break, and it did',
  '? works   not predicted, since the traffic does not show it; it kept working',
  '? breaks  not predicted; it broke',
  'WRONG     predicted, and the opposite happened',
  '-         this client has no setting that enforces the control',
]

/** Of one cell, as in LEGEND. */
function word(cell: Cell | null): string {
  if (cell === null) return '-'
  const { prediction, outcome } = cell
  if (prediction.state === 'not-observed') return `? ${outcome}`
  if (prediction.state !== outcome) return 'WRONG'
  return outcome === 'breaks' ? 'BREAKS' : 'works'
}

const header = () => ['client', ...ENFORCEMENTS.map(enforcementKey)]
const lines = ({ rows }: Comparison) => rows.map(({ client, cells }) => [client, ...cells.map(word)])

/** With one column for each enforcement, its title written over as many lines as it has parts. */
export function plainTable(comparison: Comparison): string {
  const titles = header().map((title) => title.replace('/', '-/').split('-'))
  const height = Math.max(...titles.map((parts) => parts.length))
  const heads = Array.from({ length: height }, (_, i) => titles.map((parts) => parts[i] ?? ''))
  const all = [...heads, ...lines(comparison)]
  const widths = titles.map((_, column) => Math.max(...all.map((line) => line[column]!.length)))
  return all
    .map((line) =>
      line
        .map((text, i) => text.padEnd(widths[i]!))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

/** Clients by enforcements. */
export function markdownTable(comparison: Comparison): string {
  const styled = lines(comparison).map((line) =>
    line.map((text) => (/[A-Z]/.test(text) ? `**${text.toLowerCase()}**` : text)),
  )
  return markdown([header(), ...styled])
}

/** One line for each enforcement: how the predictions came out. */
export function markdownSummary(comparison: Comparison): string {
  const body = ENFORCEMENTS.map((enforcement, i) => {
    const words = comparison.rows.flatMap(({ cells }) => (cells[i] == null ? [] : [word(cells[i])]))
    const count = (verdict: string) => String(words.filter((each) => each.startsWith(verdict)).length)
    const { control, at } = enforcement
    return [`\`${control}\``, WHERE[at], count('works'), count('BREAKS'), count('?'), count('WRONG')]
  })
  return markdown([
    ['control', 'enforced by', 'predicted to work', 'predicted to break', 'not observed', 'wrong'],
    ...body,
  ])
}

const WHERE = { server: 'the server', client: 'the client', KDC: 'the KDC', router: 'a packet filter' } as const

/** How each control is enforced. */
export function markdownSettings(): string {
  const body = ENFORCEMENTS.map(({ control, at, settings }) => [
    `\`${control}\``,
    WHERE[at],
    FILES[at],
    settings.map((line) => `\`${line}\``).join('<br>'),
  ])
  return markdown([['control', 'enforced by', 'in', 'setting'], ...body])
}

const FILES = { server: 'smb.conf', client: 'smb.conf', KDC: 'krb5.conf', router: 'nftables' } as const

export function markdownNotEnforced(): string {
  return markdown([
    ['control', 'why nothing here enforces it'],
    ...CONTROL_IDS.flatMap((id) => (NOT_ENFORCED[id] === undefined ? [] : [[id, NOT_ENFORCED[id]]])),
  ])
}

function markdown([head, ...body]: readonly string[][]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  return [line(head!), line(head!.map(() => '---')), ...body.map(line)].join('\n')
}

export function totals({ definite, notObserved, wrong }: Comparison, { clients, leftOut }: Outcomes): string {
  const cells = definite + notObserved
  const share = ((100 * definite) / cells).toFixed(1)
  const parts = [
    `${clients.length} clients, ${cells} cells: ${definite} predicted (${share} %), ${wrong.length} of them wrong, ${notObserved} not observed.`,
  ]
  if (leftOut.length > 0) parts.push(`Left out: ${leftOut.join(', ')}.`)
  return parts.join('\n')
}

/** What was not predicted, and why, and what was predicted wrongly: with the message of one row each. */
export interface Explanation {
  enforcement: Enforcement
  wrong: boolean
  reason: string
  clients: string[]
  /** Of the first client. */
  message: string
}

export function explanations(comparison: Comparison): Explanation[] {
  const groups = new Map<string, Explanation>()
  for (const cell of comparison.rows.flatMap(({ cells }) => cells)) {
    const verdict = word(cell)
    if (cell === null || !(verdict === 'WRONG' || verdict.startsWith('?'))) continue
    const { enforcement, client, prediction } = cell
    const wrong = verdict === 'WRONG'
    const reason = prediction.reason ?? 'no-row'
    const key = JSON.stringify([enforcementKey(enforcement), wrong, reason])
    const group = groups.get(key) ?? { enforcement, wrong, reason, clients: [], message: prediction.message ?? '' }
    group.clients.push(client)
    groups.set(key, group)
  }
  return [...groups.values()]
}

export function plainExplanations(comparison: Comparison): string {
  return explanations(comparison)
    .map(({ enforcement, wrong, reason, clients, message }) => {
      const head = `${wrong ? 'WRONG' : 'not observed'}: ${enforcementKey(enforcement)}, ${reason}`
      return `${head}\n    ${clients.join(', ')}\n    ${message}`
    })
    .join('\n')
}

export function markdownNotObserved(comparison: Comparison): string {
  const body = explanations(comparison).map(({ enforcement, reason, clients, message }) => {
    return [`\`${enforcementKey(enforcement)}\``, `\`${reason}\``, clients.join(', '), message]
  })
  return markdown([['control', 'reason', 'clients', 'what the first row says'], ...body])
}
