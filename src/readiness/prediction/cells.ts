/** A cell is a control and a side, as a number: a pair of hosts and a user have one row for each, or one for each share. */
import type { HostRole } from '../control.ts'
import type { Side } from '../judging/observation.ts'

const SIDES: readonly Side[] = [null, 'client', 'server']

export function cellCount(controls: number): number {
  return controls * SIDES.length
}

/** @param control its index in the list of controls */
export function cellOf(control: number, side: Side): number {
  return control * SIDES.length + SIDES.indexOf(side)
}

export function controlOfCell(cell: number): number {
  return Math.floor(cell / SIDES.length)
}

export function sideOfCell(cell: number): Side {
  return SIDES[cell % SIDES.length]!
}

/** Which hosts a cell is about: where one side enforces, the other is judged. */
export function isAbout(cell: number, role: HostRole): boolean {
  return sideOfCell(cell) !== role
}
