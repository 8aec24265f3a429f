/** The terminal UI, run as a user runs it: in a real terminal. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { temporaryFolder } from '../support/frames.ts'
import { BIN, ROOT } from '../support/smblens.ts'
import { hasTmux, openTerminal, type Terminal, type TerminalOptions, withoutTmux } from '../support/terminal.ts'

const GUEST = 'captures/guest-fallback.pcap'
const HOSTILE = 'captures/hostile-names.pcapng'
const DAMAGED = 'captures/cut.pcap'
const VIEWS = ['Overview', 'Findings', 'Sessions', 'Hosts', 'Frames', 'Readiness', 'Impact']

const folder = temporaryFolder()
afterAll(() => folder.remove())

let terminal: Terminal | null = null
afterEach(() => {
  terminal?.close()
  terminal = null
})

function start(paths: readonly string[], options: TerminalOptions = {}): Terminal {
  terminal = openTerminal([process.execPath, BIN, ...paths], { cwd: ROOT, ...options })
  return terminal
}

async function open(path: string, options?: TerminalOptions): Promise<Terminal> {
  const t = start([path], options)
  const isRead = (text: string) => VIEWS.every((view) => text.includes(view)) && /^read .* in /m.test(text)
  await t.until(({ text }) => isRead(text()), 'all views of a capture that has been read')
  await t.settled()
  return t
}

/** Presses keys one by one, and waits until the screen no longer changes. */
async function press(t: Terminal, ...keys: string[]): Promise<string> {
  for (const key of keys) {
    t.keys(key)
    await t.settled()
  }
  return t.text()
}

function expectRestored(t: Terminal): void {
  expect(t.state()).toMatchObject({ alternate: false, cursorVisible: true })
  expect(t.settings()).toEqual({ echo: true, canonical: true, signals: true })
}

/** What a terminal would act on in `written`: each control sequence, by its kind. */
function sequences(written: string): string[] {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
  return written.match(/\x1b(?:\[[0-?]*[ -/]*[@-~]|.)|[\x80-\x9f]|[\x00-\x07\x0b-\x0c\x0e-\x1a\x7f]/gu) ?? []
}

describe.skipIf(!hasTmux)(`the terminal UI${withoutTmux}`, () => {
  it('opens a capture on the alternate screen, and every view with its number', async () => {
    const t = await open(GUEST)
    expect(t.state()).toMatchObject({ alternate: true, cursorVisible: false })
    const screens = new Set<string>()
    for (const key of ['1', '2', '3', '4', '5', '6', '7']) screens.add(await press(t, key))
    expect(screens.size).toBe(VIEWS.length)
    expect(await press(t, '2')).toContain('Guest session')
    expect(await press(t, '3')).toContain('alice')
    expect(await press(t, '4')).toContain('10.77.0.2')
    expect(await press(t, '5')).toContain('SESSION_SETUP')
  })

  it('opens a finding, its session, and goes back', { tags: 'long' }, async () => {
    const t = await open(GUEST)
    const table = await press(t, '2')
    const finding = await press(t, 'Enter')
    expect(finding).not.toBe(table)
    const session = await press(t, 's')
    expect(session).not.toBe(finding)
    await press(t, 'Escape')
    await press(t, 'Escape')
    expect(await press(t, '2')).toBe(table)
  })

  it('leads from a control to who would break, why, and the frame that shows it', { tags: 'long' }, async () => {
    const t = await open(GUEST)
    expect(await press(t, '6')).toMatch(/^ *disable-guest +x+ +0% +1 .*10\.77\.0\.1 /m)
    const control = await press(t, 'j', 'Enter')
    for (const part of ['x breaks', 'Would break', 'Change: ', '* ']) expect(control).toContain(part)
    const rows = await press(t, 'Enter')
    expect(rows).toContain('filter control:disable-guest')
    expect(rows).toMatch(/^> breaks +disable-guest +10\.77\.0\.1 +10\.77\.0\.2 +works-as-guest/m)
    const prediction = await press(t, 'Enter')
    expect(prediction).toContain('BREAKS  Disable guest access')
    expect(prediction).toMatch(/> frame \d+ .*IS_GUEST/)
    expect(await press(t, 's')).toContain('guest')
    await press(t, 'Escape', 'Escape')
    expect(await press(t, 'Escape')).not.toContain('filter control:')
  })

  it('moves, and filters as the user types', { tags: 'long' }, async () => {
    const t = await open(GUEST)
    await press(t, '5')
    expect(t.text()).toContain('NEGOTIATE')
    const top = t.lines({ styled: true }).join('\n')
    await press(t, 'Down')
    expect(t.lines({ styled: true }).join('\n')).not.toBe(top)
    t.keys('/')
    t.type('TREE_CONNECT')
    await t.until(({ text }) => text().includes('TREE_CONNECT') && !text().includes('SESSION_SETUP'), 'the filter')
    t.keys('Enter')
    await press(t, 'Escape')
    await press(t, 'Home')
    expect(t.text()).toContain('SESSION_SETUP')
  })

  it('follows the size of the terminal, and says when it is too small', { tags: 'long' }, async () => {
    const t = await open(GUEST)
    await press(t, '3')
    for (const [columns, rows] of [
      [80, 24],
      [120, 36],
    ] as const) {
      t.resize(columns, rows)
      await t.until(/EXAMPLE/)
      await t.settled()
      expect(t.lines().every((line) => line.length <= columns)).toBe(true)
    }
    t.resize(50, 10)
    await t.until(/small/i)
    t.resize(100, 30)
    await t.until(/EXAMPLE/)
  })

  it.each([
    ['q', 'q', 0],
    ['Ctrl-C', 'C-c', 0],
  ])('%s leaves the terminal as it was', async (_, key, status) => {
    const t = await open(GUEST)
    t.keys(key)
    expect(await t.exitStatus()).toBe(status)
    expectRestored(t)
  })

  it.each([
    ['SIGTERM', 128 + 15],
    ['SIGHUP', 128 + 1],
    ['SIGINT', 128 + 2],
  ] as const)('%s leaves the terminal as it was', { tags: 'long' }, async (signal, status) => {
    const t = await open(GUEST)
    t.signal(signal)
    expect(await t.exitStatus()).toBe(status)
    expectRestored(t)
  })

  it('reports damage, and exits with 3', async () => {
    const t = await open(DAMAGED)
    expect(await press(t, '!')).toMatch(/cut|truncated|end/i)
    t.keys('q')
    expect(await t.exitStatus()).toBe(3)
    expectRestored(t)
  })

  it.each([
    ['is not there', join(folder.path, 'absent.pcap')],
    ['is no capture', folder.write('text.pcap', 'this is no capture at all, only text\n')],
  ])('a file that %s costs a line, and the terminal is as it was', { tags: 'long' }, async (_, path) => {
    const t = start([path])
    expect(await t.exitStatus()).toBe(3)
    expect(t.stderr()).toMatch(/^smblens: .+\n$/)
    expectRestored(t)
  })

  it('writes no colours where NO_COLOR is set', { tags: 'long' }, async () => {
    const t = await open(GUEST, { env: { NO_COLOR: '1' } })
    await press(t, '2', 'Enter', 'Escape', '3')
    // Colours are 30 to 49 and 90 to 107. Bold, dim and reverse are not colours.
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
    const styles = [...t.written().matchAll(/\x1b\[([\d;]*)m/g)].flatMap(([, codes]) =>
      (codes ?? '').split(';').map(Number),
    )
    expect(styles.filter((code) => (code >= 30 && code <= 49) || (code >= 90 && code <= 107))).toEqual([])
  })

  it('lets no name of a capture drive the terminal, or break a line', { tags: 'long' }, async () => {
    const t = await open(HOSTILE, { columns: 120, rows: 36 })
    const frame = (text: string) => text.split('\n')
    for (const key of ['1', '2', '3', '4', '5']) {
      const rows = frame(await press(t, key))
      expect(rows.length, key).toBeLessThanOrEqual(36)
      // A row that is too wide would push the tabs off the first line.
      expect(rows.slice(0, 3).join('\n'), key).toContain('Findings')
      await press(t, 'PageDown', 'Enter')
      expect(t.text(), key).not.toMatch(/[\p{Cf}\p{Cs}]/u)
      await press(t, 'Escape')
    }
    // Our own: styles, cursor, erasing, modes, and what saves and restores. None has the contents of a name in it, and no string (OSC, DCS) begins.
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
    const ours = /^\x1b(?:\[[\d;?]*[ABCDGHJKhlmsu]|[78=>])$/u
    expect([...new Set(sequences(t.written()))].filter((each) => !ours.test(each))).toEqual([])
    t.keys('q')
    expect(await t.exitStatus()).toBe(0)
  })
})

describe('docs/tui.md', () => {
  it('names every view', () => {
    const text = readFileSync(join(ROOT, 'docs/tui.md'), 'utf8')
    for (const view of VIEWS) expect(text).toContain(`## ${view}\n`)
  })
})
