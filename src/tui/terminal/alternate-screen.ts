/** Switches to the alternate screen of the terminal, and back however the program ends: the terminal must be left as it was found. */
import { writeSync } from 'node:fs'
import { ENTER_SCREEN, LEAVE_SCREEN } from './screen-sequences.ts'

const SIGNALS = { SIGINT: 2, SIGTERM: 15, SIGHUP: 1 } as const

export interface AlternateScreen {
  /** Goes back to the normal screen. Calling it again does nothing. */
  leave(): void
}

export interface AlternateScreenOptions {
  fd: number
  /** A signal arrived that ends the program. The screen has been left; the process exits with 128 plus the signal's number when this returns. */
  onSignal(): void
  /** An error was not caught. The screen has been left. Reports the error, and returns the exit status. */
  onError(error: unknown): number
}

export function enterScreen({ fd, onSignal, onError }: AlternateScreenOptions): AlternateScreen {
  let inside = true
  const leave = (): void => {
    if (!inside) return
    inside = false
    write(fd, LEAVE_SCREEN)
    // Ink switches the terminal to raw mode, and back only when it unmounts.
    if (process.stdin.isTTY) process.stdin.setRawMode(false)
  }
  write(fd, ENTER_SCREEN)
  process.once('exit', leave)
  for (const [name, number] of Object.entries(SIGNALS)) {
    process.once(name, () => {
      leave()
      onSignal()
      process.exit(128 + number)
    })
  }
  for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
    process.once(event, (error: unknown) => {
      leave()
      process.exit(onError(error))
    })
  }
  return { leave }
}

/** A terminal that is gone (SIGHUP) cannot be restored, and must not keep the program from ending. */
function write(fd: number, sequence: string): void {
  try {
    writeSync(fd, sequence)
  } catch {
    // The terminal is gone.
  }
}
