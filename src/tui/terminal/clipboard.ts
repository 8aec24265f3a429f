/**
 * Copies text to the clipboard of the user's terminal, even over ssh: OSC 52, `ESC ] 52 ; c ; base64 BEL` (xterm, "Operating System Commands").
 * Terminals that do not support it ignore it, and none answers, so that it is unknown whether the text arrived.
 *
 * tmux and GNU screen drop the sequence unless it is wrapped in a device control string for the terminal around them.
 */

const ESC = '\x1b'
const BEL = '\x07'
const STRING_TERMINATOR = `${ESC}\\`

/** Characters of base64 that many terminals accept; xterm's limit is 100,000 bytes for the whole sequence. */
const MAX_BASE64 = 74_994
/** Bytes of a device control string that GNU screen accepts at once (its MAXSTR is 768). */
const SCREEN_PIECE = 760

export type Multiplexer = 'tmux' | 'screen' | null

export interface ClipboardSupport {
  /**
   * likely: this terminal is known to support it, though its settings may forbid it. unknown: it may. no: it is known to print or drop the
   * sequence, or there is no terminal.
   */
  osc52: 'likely' | 'unknown' | 'no'
  wrapping: Multiplexer
}

/**
 * Writes `text` to the clipboard with `write`, which must go to the terminal. True if the terminal is known to support it.
 *
 * @param env process.env
 */
export function copyToClipboard(
  text: string,
  env: Readonly<Record<string, string | undefined>>,
  write: (sequence: string) => void,
): boolean {
  const { osc52, wrapping } = clipboardSupport(env)
  const sequence = osc52 === 'no' ? null : copySequence(text, wrapping)
  if (sequence === null) return false
  write(sequence)
  return osc52 === 'likely'
}

/** What the environment says about the terminal; `env` is process.env. */
export function clipboardSupport(env: Readonly<Record<string, string | undefined>>): ClipboardSupport {
  const { TERM = '', TERM_PROGRAM = '', TMUX, STY } = env
  const wrapping: Multiplexer = TMUX ? 'tmux' : STY ? 'screen' : null
  if (TERM === '' || TERM === 'dumb' || TERM === 'linux') return { osc52: 'no', wrapping }
  // Terminal of macOS drops it. Inside tmux, TERM_PROGRAM is tmux, and the terminal around it is unknown.
  if (TERM_PROGRAM === 'Apple_Terminal') return { osc52: 'no', wrapping }
  const known =
    /^(xterm-kitty|xterm-ghostty|alacritty|foot|wezterm|contour|rio)/.test(TERM) ||
    /^(iTerm\.app|WezTerm|ghostty|vscode|rio|contour)$/.test(TERM_PROGRAM) ||
    Boolean(env['WT_SESSION'] || env['KITTY_WINDOW_ID'])
  return { osc52: known ? 'likely' : 'unknown', wrapping }
}

/** The sequence that puts `text` into the clipboard; null if the text is longer than terminals accept. */
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

/** Each piece in its own control string; screen forwards their contents one after the other. */
function inPieces(sequence: string): string {
  let wrapped = ''
  for (let at = 0; at < sequence.length; at += SCREEN_PIECE) {
    wrapped += `${ESC}P${sequence.slice(at, at + SCREEN_PIECE)}${STRING_TERMINATOR}`
  }
  return wrapped
}
