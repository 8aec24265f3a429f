/**
 * Which rows are on the screen, and which of them has the cursor: places in the order that is shown, from 0. What these functions return keeps
 * the cursor on the screen, and the screen full as long as there are rows to fill it.
 */
export interface Viewport {
  cursor: number
  /** The first row on the screen. */
  top: number
}

export type Move = 'up' | 'down' | 'pageUp' | 'pageDown' | 'home' | 'end'

/** Lines of rows; what is no room at all counts as one line. */
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

/** A page keeps the cursor on its line of the screen, and one row of the page before. */
export function moved({ cursor, top }: Viewport, move: Move, extent: Extent): Viewport {
  const page = Math.max(1, extent.height - 1)
  switch (move) {
    case 'up':
      return fitted({ cursor: cursor - 1, top }, extent)
    case 'down':
      return fitted({ cursor: cursor + 1, top }, extent)
    case 'pageUp':
      return fitted({ cursor: cursor - page, top: top - page }, extent)
    case 'pageDown':
      return fitted({ cursor: cursor + page, top: top + page }, extent)
    case 'home':
      return fitted({ cursor: 0, top: 0 }, extent)
    case 'end':
      return fitted({ cursor: extent.length - 1, top: extent.length }, extent)
  }
}

/**
 * The row under the cursor is now at `place`: it stays on its line of the screen where that can be. Null or negative (as indexOf says it): the row
 * is no longer shown, and the cursor stays at its place.
 */
export function followed({ cursor, top }: Viewport, place: number | null, extent: Extent): Viewport {
  if (place === null || place < 0) return fitted({ cursor, top }, extent)
  return fitted({ cursor: place, top: top + place - cursor }, extent)
}

/** The lower bound wins: there may be no rows. */
function clamp(value: number, low: number, high: number): number {
  return Math.max(low, Math.min(value, high))
}
