/** What a terminal is told. */

/** To the other screen: cleared, without a cursor. */
export const ENTER_SCREEN = '\x1b[?1049h\x1b[2J\x1b[H\x1b[?25l'
/** Attributes off, autowrap on, cursor shown, back to the first screen. */
export const LEAVE_SCREEN = '\x1b[0m\x1b[?7h\x1b[?25h\x1b[?1049l'
