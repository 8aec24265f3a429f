/** Sample captures as the terminal UI sees them, and lines of the UI as text. */
import { createNetworks, defaultPolicy, RULES } from '../../src/index.ts'
import type { Line } from '../../src/tui/text/line.ts'
import { FileFeed } from '../../src/view/file-feed.ts'
import { ViewStore } from '../../src/view/store.ts'

export async function viewOf(...samples: string[]): Promise<ViewStore> {
  const store = new ViewStore()
  const inputs = samples.map((name) => ({ path: `captures/${name}`, size: null }))
  const { signal } = new AbortController()
  await new FileFeed(store, inputs, { policy: defaultPolicy(createNetworks()), rules: RULES, limits: {}, signal }).run()
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

/** A row as a plain object: the rows of a store are views of its columns. */
export function copyOf<Row extends object>(row: Row): Row {
  const copy: Partial<Row> = {}
  for (const key in row) copy[key] = row[key]
  return copy as Row
}
