/** The keys: one table, from which the help is made too. They are those of vi, less, htop, lazygit and Wireshark. */
import { alternatives } from '../../base/wording.ts'
import { exportExtensions } from '../../report/formats/formats.ts'

/** What moves a cursor or scrolls a page. */
export const MOVES = ['up', 'down', 'page-up', 'page-down', 'home', 'end'] as const
export type Move = (typeof MOVES)[number]

export type Command =
  | Move
  | 'next-view'
  | 'previous-view'
  | 'open'
  | 'back'
  | 'left'
  | 'right'
  | 'session'
  | 'related'
  | 'filter'
  | 'next-match'
  | 'previous-match'
  | 'sort-next'
  | 'sort-previous'
  | 'sort-reverse'
  | 'copy'
  | 'write'
  | 'export'
  | 'warnings'
  | 'pause'
  | 'help'
  | 'quit'

/** A command, or a view to open. */
export type Bound = { command: Command } | { view: string }

export type Binding = Bound & {
  /** As keyName gives them. */
  keys: readonly string[]
  help: string
  group: 'Views' | 'Move' | 'Details' | 'Find and sort' | 'Export' | 'Program'
}

const BINDINGS: readonly Binding[] = [
  { command: 'next-view', keys: ['tab'], help: 'next view', group: 'Views' },
  { command: 'previous-view', keys: ['shift-tab'], help: 'previous view', group: 'Views' },
  { command: 'warnings', keys: ['!'], help: 'captures, and warnings about them', group: 'Views' },
  { command: 'up', keys: ['up', 'k'], help: 'up', group: 'Move' },
  { command: 'down', keys: ['down', 'j'], help: 'down', group: 'Move' },
  { command: 'page-up', keys: ['page-up', 'ctrl-b', 'ctrl-u'], help: 'page up', group: 'Move' },
  { command: 'page-down', keys: ['page-down', 'ctrl-f', 'ctrl-d', 'space'], help: 'page down', group: 'Move' },
  { command: 'home', keys: ['home', 'g'], help: 'first row', group: 'Move' },
  { command: 'end', keys: ['end', 'G'], help: 'last row', group: 'Move' },
  { command: 'open', keys: ['enter'], help: 'open the selected row', group: 'Details' },
  { command: 'back', keys: ['escape', 'backspace'], help: 'go back; in a table: clear the filter', group: 'Details' },
  { command: 'left', keys: ['left', 'h'], help: 'in a finding: previous frame', group: 'Details' },
  { command: 'right', keys: ['right', 'l'], help: 'in a finding: next frame', group: 'Details' },
  { command: 'session', keys: ['s'], help: 'session of this finding or frame', group: 'Details' },
  { command: 'related', keys: ['f'], help: 'list the related sessions', group: 'Details' },
  { command: 'filter', keys: ['/'], help: 'filter a table; search in a page', group: 'Find and sort' },
  { command: 'next-match', keys: ['n'], help: 'next match', group: 'Find and sort' },
  { command: 'previous-match', keys: ['N'], help: 'previous match', group: 'Find and sort' },
  { command: 'sort-next', keys: ['>', '.'], help: 'sort by the next column', group: 'Find and sort' },
  { command: 'sort-previous', keys: ['<', ','], help: 'sort by the previous column', group: 'Find and sort' },
  { command: 'sort-reverse', keys: ['r'], help: 'reverse the order', group: 'Find and sort' },
  { command: 'copy', keys: ['y'], help: 'copy a Wireshark filter for the selection', group: 'Export' },
  { command: 'write', keys: ['w'], help: 'write the packets of the selection to a pcapng file', group: 'Export' },
  {
    command: 'export',
    keys: ['e'],
    help: `export this view to a ${alternatives(exportExtensions())} file`,
    group: 'Export',
  },
  { command: 'pause', keys: ['p'], help: 'freeze the display; reading continues', group: 'Program' },
  { command: 'help', keys: ['?'], help: 'this help', group: 'Program' },
  { command: 'quit', keys: ['q', 'ctrl-c'], help: 'quit', group: 'Program' },
]

/** All keys, those of the views first. */
export function bindingsOf(views: readonly { name: string; key: string; help: string }[]): Binding[] {
  const ofViews = views.map(({ name, key, help }): Binding => ({ view: name, keys: [key], help, group: 'Views' }))
  return [...ofViews, ...BINDINGS]
}

/** By the names of keys. */
export function boundKeys(bindings: readonly Binding[]): ReadonlyMap<string, Bound> {
  return new Map(bindings.flatMap((binding) => binding.keys.map((key) => [key, binding] as const)))
}

export function isMove(command: Command): command is Move {
  return MOVES.some((move) => move === command)
}

/** A key press as Ink reports it: the parts that are read here. */
export interface KeyPress {
  upArrow: boolean
  downArrow: boolean
  leftArrow: boolean
  rightArrow: boolean
  pageUp: boolean
  pageDown: boolean
  home: boolean
  end: boolean
  return: boolean
  escape: boolean
  tab: boolean
  backspace: boolean
  delete: boolean
  ctrl: boolean
  shift: boolean
  meta: boolean
}

/** The rest of a control sequence that Ink does not know, such as a mouse's: Ink removes the escape character. */
const SEQUENCE = /^(?:\[[0-?]*[ -/]*[@-~]|O[@-~])$/

/** The name of a key ("page-down", "ctrl-f"), or the text that was typed or pasted. */
export function keyName(input: string, key: KeyPress): string {
  if (key.upArrow) return 'up'
  if (key.downArrow) return 'down'
  if (key.leftArrow) return 'left'
  if (key.rightArrow) return 'right'
  if (key.pageUp) return 'page-up'
  if (key.pageDown) return 'page-down'
  if (key.home) return 'home'
  if (key.end) return 'end'
  if (key.return) return 'enter'
  if (key.tab) return key.shift ? 'shift-tab' : 'tab'
  // Terminals send DEL for the backspace key, which Ink takes for "delete".
  if (key.backspace || key.delete) return 'backspace'
  if (key.escape) return 'escape'
  if (key.ctrl) return `ctrl-${input}`
  if (SEQUENCE.test(input)) return ''
  return input === ' ' ? 'space' : input
}
