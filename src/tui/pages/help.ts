/** The keys, by group. */
import { displayWidth, pad } from '../../base/safe-text.ts'
import { EMPTY, heading, paragraphLines, segment, sideBySide, wireText } from '../text/layout.ts'
import type { Line } from '../text/line.ts'

export interface KeyHelp {
  keys: readonly string[]
  help: string
  group: string
}

const GAP = 4
const TWO_COLUMNS = 90

export function helpLines(bindings: readonly KeyHelp[], width: number): Line[] {
  const groups = new Map<string, KeyHelp[]>()
  for (const binding of bindings) {
    const group = groups.get(binding.group)
    if (group === undefined) groups.set(binding.group, [binding])
    else group.push(binding)
  }
  const column = width < TWO_COLUMNS ? width : Math.floor((width - GAP) / 2)
  const names = bindings.map(({ keys }) => keysText(keys))
  const keyWidth = Math.min(Math.floor(column / 2), Math.max(0, ...names.map(displayWidth)) + 2)
  const blocks = [...groups].map(([name, members]) => groupLines(name, members, column, keyWidth))
  if (width < TWO_COLUMNS) return stacked(blocks)
  const half = blocks.reduce((sum, block) => sum + block.length + 1, 0) / 2
  const left: Line[][] = []
  let filled = 0
  while (left.length < blocks.length && filled < half) {
    const block = blocks[left.length] ?? []
    left.push(block)
    filled += block.length + 1
  }
  return sideBySide([stacked(left), stacked(blocks.slice(left.length))], [column, column], GAP)
}

function stacked(blocks: readonly Line[][]): Line[] {
  return blocks.flatMap((block, i) => (i === 0 ? block : [EMPTY, ...block]))
}

function groupLines(name: string, members: readonly KeyHelp[], width: number, keyWidth: number): Line[] {
  const rows = members.flatMap(({ keys, help }) =>
    paragraphLines(wireText(help), width - keyWidth).map((line, i): Line => {
      const text = i === 0 ? keysText(keys) : ''
      return [segment(pad(text, keyWidth), 'accent'), ...line]
    }),
  )
  return [heading(wireText(name), width), ...rows]
}

function keysText(keys: readonly string[]): string {
  return wireText(keys.join(' '))
}
