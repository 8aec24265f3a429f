import { beforeAll, describe, expect, it } from 'vitest'
import { displayWidth } from '../../../src/base/safe-text.ts'
import { screenLines } from '../../../src/tui/render/screen-lines.ts'
import type { ViewStore } from '../../../src/view/store.ts'
import { type Driven, drive, settled } from '../../support/tui.ts'
import { textOfLines, viewOf } from '../../support/view.ts'

const SIZES = [
  [20, 5],
  [59, 40],
  [60, 12],
  [61, 13],
  [80, 24],
  [89, 25],
  [100, 30],
  [137, 41],
  [300, 100],
] as const

let hostile: ViewStore
let damaged: ViewStore
beforeAll(async () => {
  hostile = await viewOf('hostile-names.pcapng', 'smb1-lanman.pcap')
  damaged = await viewOf('cut.pcap', 'gap.pcap', 'loop.pcap')
}, 60_000)

function expectFits(d: Driven, what: string): void {
  for (const [width, height] of SIZES) {
    d.controller.resize({ width, height })
    const lines = screenLines(d.controller.screen)
    expect(lines.length, `${what} at ${width}x${height}`).toBe(height)
    const texts = lines.map((line) => line.map((segment) => segment.text).join(''))
    const wrong = texts.filter((text) => displayWidth(text) > width || /[\p{Cc}\p{Cf}\p{Cs}]/u.test(text))
    expect(wrong, `${what} at ${width}x${height}`).toEqual([])
  }
}

/** Brings every view, page, prompt and note to the screen. */
async function everywhere(d: Driven, look: (what: string) => void): Promise<void> {
  for (const view of ['1', '2', '3', '4', '5']) {
    d.press(view)
    look(`view ${view}`)
    d.press('G')
    look(`the end of view ${view}`)
    d.press('enter')
    look(`a page over ${view}`)
    d.actions.asked.at(-1)?.ready({
      fields: [{ name: 'f'.repeat(500), value: '共有\u202e👩‍👩‍👧'.repeat(90), depth: 40, deciding: true }],
      hex: [{ offset: '0000', cells: Array.from({ length: 16 }, () => ({ hex: 'ff', ascii: '\x1b', marked: true })) }],
    })
    await settled()
    look(`evidence over ${view}`)
    d.press('G')
    look(`the end of a page over ${view}`)
    d.press('s')
    look(`a session over ${view}`)
    d.press('/')
    d.controller.text('e')
    look(`a search over ${view}`)
    d.press('enter', view, 'y')
    look(`copied in ${view}`)
    d.press('/')
    for (const text of ['共有フォルダ'.repeat(20), ' sev:"é😀', `${'e\u0301'.repeat(80)}`, ' severity:none-such']) {
      d.controller.text(text)
      look(`a filter in ${view}`)
    }
    d.press('home')
    look(`the beginning of a filter in ${view}`)
    d.press('escape', 'w', 'ctrl-u')
    d.controller.text('共有😀'.repeat(50))
    look(`a file name in ${view}`)
    d.actions.files.add(d.ui.prompt?.line.text ?? '')
    d.press('enter')
    await settled()
    look(`a question in ${view}`)
    d.press('n')
  }
  d.press('p', '!')
  look('warnings, held')
  d.press('?')
  look('help')
}

describe('the screen', () => {
  it.each([
    ['hostile names', () => hostile],
    ['damage', () => damaged],
  ])('has its size to the cell with %s, and no character in it that a terminal obeys', async (_, store) => {
    const d = drive(store())
    await everywhere(d, (what) => expectFits(d, what))
  })

  it('says how large it must be, and how to quit', () => {
    const d = drive(hostile, { width: 59, height: 12 })
    expect(d.screen()).toContain('59x12 is too small: smblens needs 60x12')
    expect(drive(hostile, { width: 60, height: 12 }).screen()).not.toContain('too small')
  })

  it('shows what is typed, and the cursor', () => {
    const d = drive(hostile)
    d.press('3', '/')
    d.controller.text('user:"😀共e\u0301"')
    d.press('left')
    expect(d.bottom()).toContain('/user:"😀共e\u0301"')
    const cursor = screenLines(d.controller.screen)
      .at(-1)
      ?.filter(({ tone }) => tone === 'selected')
    expect(cursor).toEqual([{ text: '"', tone: 'selected' }])
  })

  it('keeps the cursor in sight', () => {
    const d = drive(hostile, { width: 60, height: 12 })
    d.press('3', 'w', 'ctrl-u')
    d.controller.text(`${'共'.repeat(100)}end`)
    expect(d.bottom()).toContain('end')
    expect(screenLines(d.controller.screen).at(-1)?.at(-1)).toEqual({ text: ' ', tone: 'selected' })
  })

  it('shows how many rows a filter leaves, or its error', () => {
    const d = drive(hostile)
    d.press('5', '/')
    d.controller.text('NEGOTIATE')
    expect(d.bottom()).toMatch(/\/NEGOTIATE +\d+ of \d+/)
    d.controller.text(' severty:high')
    expect(textOfLines(screenLines(d.controller.screen))).not.toContain('undefined')
  })

  it('marks what was searched for', () => {
    const d = drive(hostile)
    d.press('?', '/')
    d.controller.text('WIRESHARK')
    const marked = screenLines(d.controller.screen).flatMap((line) => line.filter(({ tone }) => tone === 'selected'))
    expect(marked.map(({ text }) => text)).toContain('Wireshark')
  })
})
