/** Sample captures as the terminal UI sees them, and lines as text. */
import { createNetworks, RULES } from '../../src/index.ts'
import type { Line } from '../../src/tui/text/line.ts'
import { Feed } from '../../src/view/file-feed.ts'
import { ViewStore } from '../../src/view/store.ts'

export async function viewOf(...samples: string[]): Promise<ViewStore> {
  const store = new ViewStore()
  const inputs = samples.map((name) => ({ path: `captures/${name}`, size: null }))
  const { signal } = new AbortController()
  await new Feed(store, inputs, { networks: createNetworks(), rules: RULES, limits: {}, signal }).run()
  return store
}

export function textOfLines(lines: readonly Line[]): string {
  return lines
    .map((line) =>
      line
        .map(({ text }) => text)
        .join('')
        .trimEnd(),
    )
    .join('\n')
}

/** A row as an object of its own: those of a store are looks at its columns. */
export function copyOf<Row extends object>(row: Row): Row {
  const copy: Partial<Row> = {}
  for (const key in row) copy[key] = row[key]
  return copy as Row
}
