/** The screen as Ink writes it, with keys as a terminal sends them. */
import { render } from 'ink-testing-library'
import { createElement } from 'react'
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { displayWidth } from '../../../src/base/safe-text.ts'
import { App, sizeOf } from '../../../src/tui/terminal/app.tsx'
import { themeFor } from '../../../src/tui/terminal/theme.ts'
import type { ViewStore } from '../../../src/view/store.ts'
import { type Driven, drive, settled } from '../../support/tui.ts'
import { viewOf } from '../../support/view.ts'

let store: ViewStore
beforeAll(async () => {
  store = await viewOf('guest-fallback.pcap')
}, 60_000)

const DOWN = '\x1b[B'
const ESCAPE = '\x1b'

let d: Driven
let app: ReturnType<typeof render>
beforeEach(async () => {
  d = drive(store, { width: 100, height: 30 })
  app = render(createElement(App, { controller: d.controller, theme: themeFor('dark', {}) }))
  await settled()
})
afterEach(() => app.unmount())

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken away.
const plain = (text = '') => text.replace(/\x1b\[[\d;]*m/g, '')

async function send(...pieces: string[]): Promise<string> {
  for (const piece of pieces) {
    app.stdin.write(piece)
    // A lone Esc is one only when nothing follows it.
    await new Promise((resolve) => setTimeout(resolve, piece === ESCAPE ? 60 : 5))
  }
  return plain(app.lastFrame())
}

describe('the screen in Ink', () => {
  it.each([
    ['1', 'Verdict'],
    ['2', 'Guest'],
    ['3', 'EXAMPLE'],
    ['4', '10.77.0.2'],
    ['5', 'SESSION_SETUP'],
    ['?', 'Export'],
    ['!', 'guest-fallback'],
  ])('draws the lines after %s, in 100 columns and 30 rows', async (key, text) => {
    const frame = await send(key)
    if (key !== '1') expect(frame).toContain(text)
    const rows = frame.split('\n')
    expect(rows).toHaveLength(30)
    expect(rows.every((row) => displayWidth(row) <= 100)).toBe(true)
    expect(rows.map((row) => row.trimEnd()).join('\n')).toBe(d.screen())
  })

  it('understands keys as terminals send them', async () => {
    await send('2', DOWN, '\x1bOB')
    expect(d.tables.findings.viewport.cursor).toBe(2)
    await send('\r')
    expect(d.page).toMatchObject({ view: 'findings' })
    await send(ESCAPE)
    expect(d.page).toBeUndefined()
    await send('\x1b[H')
    expect(d.tables.findings.viewport.cursor).toBe(0)
    await send('\t')
    expect(d.ui.view).toBe('sessions')
    await send('\x1b[Z')
    expect(d.ui.view).toBe('findings')
    await send('\x1b[6~', '\x1b[5~', '\x06', '\x02')
    await send('\x03')
    expect(d.actions.quits).toBe(1)
  })

  it('splits what arrives in one piece: keys, text, and the keys after it', async () => {
    await send('5jj')
    expect(d.ui.view).toBe('frames')
    expect(d.tables.frames.viewport.cursor).toBe(2)
    const frame = await send('/TREE_CONNEXX\x7f\x7fCT\r')
    expect(d.tables.frames.filter).toBe('TREE_CONNECT')
    expect(frame).toContain('filter TREE_CONNECT')
    await send('/', 'up', 'end', '\x7f')
    expect(d.ui.prompt?.line.text).toBe('TREE_CONNECTupen')
    await send(`\x1b[D${DOWN}x`)
    expect(d.ui.prompt?.line.text).toBe('TREE_CONNECTupexn')
  })

  it('ignores everything else that terminals send', async () => {
    const before = await send('2')
    for (const noise of ['\x1b[I', '\x1b[O', '\x1b[<0;10;10M', '\x1b[?62;c', '\x1bOQ', '\x1b[15~', '\x00', '\x1c']) {
      await send(noise)
    }
    expect(d.actions.quits).toBe(0)
    await send(ESCAPE, '2', '\x1b[H')
    expect(plain(app.lastFrame())).toBe(before)
  })

  it('draws again when what is shown changes, and not when nothing does', async () => {
    await send('3')
    const { length } = app.frames
    await send('k', 'k')
    expect(app.frames.slice(length).every((frame) => frame === app.frames.at(-1))).toBe(true)
    d.controller.resize({ width: 80, height: 20 })
    await settled()
    expect(plain(app.lastFrame()).split('\n')).toHaveLength(20)
  })

  it('leaves a row of the terminal free, and assumes a size where none is known', () => {
    expect(sizeOf({ columns: 120, rows: 40 })).toEqual({ width: 120, height: 39 })
    expect(sizeOf({})).toEqual({ width: 80, height: 24 })
    expect(sizeOf({ columns: 0, rows: 0 })).toEqual({ width: 80, height: 24 })
  })
})
