/**
 * The terminal's other screen, and the way back from it however the program ends: leaving the terminal as it was found is the first duty of a
 * full-screen program.
 */
import { writeSync } from 'node:fs'
import { ENTER_SCREEN, LEAVE_SCREEN } from './screen-sequences.ts'

const SIGNALS = { SIGINT: 2, SIGTERM: 15, SIGHUP: 1 } as const

export interface Screen {
  /** Back to the first screen; nothing happens when it is called again. */
  leave(): void
}

export interface ScreenOptions {
  fd: number
  /** A signal wants the program to end: the screen has been left, and the process exits with 128 and its number when this returns. */
  onSignal(): void
  /** An error that nobody caught: the screen has been left. Says what happened, and gives the exit status. */
  onError(error: unknown): number
}

export function enterScreen({ fd, onSignal, onError }: ScreenOptions): Screen {
  let inside = true
  const leave = (): void => {
    if (!inside) return
    inside = false
    put(fd, LEAVE_SCREEN)
    // Ink puts the terminal into raw mode, and takes it out again only where it can unmount.
    if (process.stdin.isTTY) process.stdin.setRawMode(false)
  }
  put(fd, ENTER_SCREEN)
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

/** A terminal that has gone away (SIGHUP) cannot be restored, and must not keep the program from ending. */
function put(fd: number, sequence: string): void {
  try {
    writeSync(fd, sequence)
  } catch {
    // Nobody is left to see it.
  }
}
