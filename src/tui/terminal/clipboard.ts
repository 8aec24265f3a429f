/**
 * Text to the clipboard of the terminal that the user sits at, be it on another machine: OSC 52, `ESC ] 52 ; c ; base64 BEL`
 * (xterm, "Operating System Commands"). Terminals that do not know it ignore it, and none answers: nobody can tell whether it arrived.
 *
 * tmux and GNU screen swallow it, unless it is wrapped into a device control string for the terminal around them.
 */

const ESC = '\x1b'
const BEL = '\x07'
const STRING_TERMINATOR = `${ESC}\\`

/** Characters of base64: many terminals take no more, xterm's own limit being 100,000 bytes for the whole sequence. */
const MAX_BASE64 = 74_994
/** Bytes of a device control string that GNU screen takes at once (its MAXSTR is 768). */
const SCREEN_PIECE = 760

export type Multiplexer = 'tmux' | 'screen' | null

export interface ClipboardSupport {
  /**
   * likely: this terminal is known to take it, perhaps when its settings allow it. unknown: it may. no: it is known to print or drop it, or there
   * is no terminal.
   */
  osc52: 'likely' | 'unknown' | 'no'
  wrapping: Multiplexer
}

/** What the environment tells of the terminal; `env` is process.env. */
export function clipboardSupport(env: Readonly<Record<string, string | undefined>>): ClipboardSupport {
  const { TERM = '', TERM_PROGRAM = '', TMUX, STY } = env
  const wrapping: Multiplexer = TMUX ? 'tmux' : STY ? 'screen' : null
  if (TERM === '' || TERM === 'dumb' || TERM === 'linux') return { osc52: 'no', wrapping }
  // macOS's Terminal drops it; where tmux runs in it, TERM_PROGRAM says tmux and nothing is known.
  if (TERM_PROGRAM === 'Apple_Terminal') return { osc52: 'no', wrapping }
  const known =
    /^(xterm-kitty|xterm-ghostty|alacritty|foot|wezterm|contour|rio)/.test(TERM) ||
    /^(iTerm\.app|WezTerm|ghostty|vscode|rio|contour)$/.test(TERM_PROGRAM) ||
    Boolean(env['WT_SESSION'] || env['KITTY_WINDOW_ID'])
  return { osc52: known ? 'likely' : 'unknown', wrapping }
}

/** The bytes to write to the terminal that put `text` into its clipboard, or null where the text is longer than terminals take. */
export function copySequence(text: string, wrapping: Multiplexer): string | null {
  const base64 = Buffer.from(text, 'utf8').toString('base64')
  if (base64.length > MAX_BASE64) return null
  const sequence = `${ESC}]52;c;${base64}${BEL}`
  switch (wrapping) {
    case null:
      return sequence
    case 'tmux':
      return `${ESC}Ptmux;${sequence.replaceAll(ESC, ESC + ESC)}${STRING_TERMINATOR}`
    case 'screen':
      return inPieces(sequence)
  }
}

/** Each piece in a string of its own; screen hands on what is in them, one behind the other. */
function inPieces(sequence: string): string {
  let wrapped = ''
  for (let at = 0; at < sequence.length; at += SCREEN_PIECE) {
    wrapped += `${ESC}P${sequence.slice(at, at + SCREEN_PIECE)}${STRING_TERMINATOR}`
  }
  return wrapped
}
