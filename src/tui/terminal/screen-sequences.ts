/** Control sequences to enter and to leave the alternate screen. */

/** Alternate screen, cleared, cursor hidden. */
export const ENTER_SCREEN = '\x1b[?1049h\x1b[2J\x1b[H\x1b[?25l'
/** Attributes off, autowrap on, cursor shown, normal screen. */
export const LEAVE_SCREEN = '\x1b[0m\x1b[?7h\x1b[?25h\x1b[?1049l'
