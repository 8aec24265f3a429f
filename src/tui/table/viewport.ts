/**
 * Which rows are on the screen, and which of them has the cursor. Positions are in the order that is shown, from 0. The functions keep the cursor on
 * the screen, and the screen full as long as there are rows to fill it.
 */
import type { Move } from '../input/keys.ts'

export interface Viewport {
  cursor: number
  /** The first row on the screen. */
  top: number
}

/** `height`: lines for rows; less than 1 counts as 1. */
export interface Extent {
  length: number
  height: number
}

export const START: Viewport = { cursor: 0, top: 0 }

/** The nearest viewport that is possible: after a resize, or when rows have gone. */
export function fitted({ cursor, top }: Viewport, { length, height }: Extent): Viewport {
  const lines = Math.max(1, height)
  const at = clamp(cursor, 0, length - 1)
  const visible = clamp(top, at - lines + 1, at)
  return { cursor: at, top: clamp(visible, 0, length - lines) }
}

/** Moving by a page keeps the cursor on its line of the screen, and one row of the previous page visible. */
export function moved({ cursor, top }: Viewport, move: Move, extent: Extent): Viewport {
  const page = Math.max(1, extent.height - 1)
  switch (move) {
    case 'up':
      return fitted({ cursor: cursor - 1, top }, extent)
    case 'down':
      return fitted({ cursor: cursor + 1, top }, extent)
    case 'page-up':
      return fitted({ cursor: cursor - page, top: top - page }, extent)
    case 'page-down':
      return fitted({ cursor: cursor + page, top: top + page }, extent)
    case 'home':
      return fitted({ cursor: 0, top: 0 }, extent)
    case 'end':
      return fitted({ cursor: extent.length - 1, top: extent.length }, extent)
  }
}

/**
 * The row under the cursor is now at `position`: it stays on its line of the screen where possible. Null or negative: the row is no longer shown, and
 * the cursor stays where it is.
 */
export function followed({ cursor, top }: Viewport, position: number | null, extent: Extent): Viewport {
  if (position === null || position < 0) return fitted({ cursor, top }, extent)
  return fitted({ cursor: position, top: top + position - cursor }, extent)
}

/** The lower bound wins, because there may be no rows. */
function clamp(value: number, low: number, high: number): number {
  return Math.max(low, Math.min(value, high))
}
