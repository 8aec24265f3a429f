/** The keys: one table, from which the help is made too. Keys people know from vi, less, htop, lazygit and Wireshark. */
import { alternatives } from '../../base/wording.ts'
import { exportExtensions } from '../../report/formats/formats.ts'

export type Command =
  | 'overview'
  | 'findings'
  | 'sessions'
  | 'hosts'
  | 'frames'
  | 'next-view'
  | 'previous-view'
  | 'up'
  | 'down'
  | 'page-up'
  | 'page-down'
  | 'home'
  | 'end'
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

export interface Binding {
  command: Command
  /** As keyName gives them. */
  keys: readonly string[]
  help: string
  group: 'Views' | 'Move' | 'Look closer' | 'Find and sort' | 'Take along' | 'Program'
}

export const BINDINGS: readonly Binding[] = [
  { command: 'overview', keys: ['1'], help: 'overview: the verdict', group: 'Views' },
  { command: 'findings', keys: ['2'], help: 'findings', group: 'Views' },
  { command: 'sessions', keys: ['3'], help: 'sessions', group: 'Views' },
  { command: 'hosts', keys: ['4'], help: 'hosts', group: 'Views' },
  { command: 'frames', keys: ['5'], help: 'frames: the SMB messages', group: 'Views' },
  { command: 'next-view', keys: ['tab'], help: 'next view', group: 'Views' },
  { command: 'previous-view', keys: ['shift-tab'], help: 'previous view', group: 'Views' },
  { command: 'warnings', keys: ['!'], help: 'warnings of the reading, and the captures', group: 'Views' },
  { command: 'up', keys: ['up', 'k'], help: 'up', group: 'Move' },
  { command: 'down', keys: ['down', 'j'], help: 'down', group: 'Move' },
  { command: 'page-up', keys: ['page-up', 'ctrl-b', 'ctrl-u'], help: 'page up', group: 'Move' },
  { command: 'page-down', keys: ['page-down', 'ctrl-f', 'ctrl-d', 'space'], help: 'page down', group: 'Move' },
  { command: 'home', keys: ['home', 'g'], help: 'first', group: 'Move' },
  { command: 'end', keys: ['end', 'G'], help: 'last', group: 'Move' },
  { command: 'open', keys: ['enter'], help: 'open what is selected', group: 'Look closer' },
  {
    command: 'back',
    keys: ['escape', 'backspace'],
    help: 'back; in a table: take the filter away',
    group: 'Look closer',
  },
  { command: 'left', keys: ['left', 'h'], help: 'in a finding: frame before', group: 'Look closer' },
  { command: 'right', keys: ['right', 'l'], help: 'in a finding: next frame', group: 'Look closer' },
  { command: 'session', keys: ['s'], help: 'the session of a finding or frame', group: 'Look closer' },
  { command: 'related', keys: ['f'], help: 'all sessions of a finding or host', group: 'Look closer' },
  { command: 'filter', keys: ['/'], help: 'filter this view; in a page: search', group: 'Find and sort' },
  { command: 'next-match', keys: ['n'], help: 'next match', group: 'Find and sort' },
  { command: 'previous-match', keys: ['N'], help: 'previous match', group: 'Find and sort' },
  { command: 'sort-next', keys: ['>', '.'], help: 'sort by the next column', group: 'Find and sort' },
  { command: 'sort-previous', keys: ['<', ','], help: 'sort by the column before', group: 'Find and sort' },
  { command: 'sort-reverse', keys: ['r'], help: 'sort the other way round', group: 'Find and sort' },
  { command: 'copy', keys: ['y'], help: 'copy the Wireshark filter of the selection', group: 'Take along' },
  { command: 'write', keys: ['w'], help: 'write its packets to a pcapng', group: 'Take along' },
  {
    command: 'export',
    keys: ['e'],
    help: `export this view: ${alternatives(exportExtensions())}`,
    group: 'Take along',
  },
  { command: 'pause', keys: ['p'], help: 'hold the picture while the reading goes on', group: 'Program' },
  { command: 'help', keys: ['?'], help: 'this help', group: 'Program' },
  { command: 'quit', keys: ['q', 'ctrl-c'], help: 'leave', group: 'Program' },
]

const COMMANDS: ReadonlyMap<string, Command> = new Map(
  BINDINGS.flatMap(({ command, keys }) => keys.map((key) => [key, command] as const)),
)

export function commandOf(key: string): Command | undefined {
  return COMMANDS.get(key)
}

/** What Ink tells of a key press, as far as it is read here. */
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

/** What Ink leaves of a control sequence that it does not know, such as a mouse's: its escape character is gone, and nobody typed it. */
const SEQUENCE = /^(?:\[[0-?]*[ -/]*[@-~]|O[@-~])$/

/** A key by name ("page-down", "ctrl-f"), or the text that was typed or pasted. */
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
