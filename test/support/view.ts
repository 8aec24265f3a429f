/** Sample captures as the terminal UI sees them, and lines as text. */
import { createNetworks, RULES } from '../../src/index.ts'
import type { Line } from '../../src/tui/line.ts'
import { Feed } from '../../src/view/feed.ts'
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
