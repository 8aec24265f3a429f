import { beforeAll, describe, expect, it } from 'vitest'
import { VIEWS } from '../../../src/tui/views/views.ts'
import { ViewStore } from '../../../src/view/store.ts'
import { SAMPLES } from '../../golden/records.ts'
import { type Driven, drive, settled } from '../../support/tui.ts'
import { viewOf } from '../../support/view.ts'

/** Seven findings, two sessions; another with many rows. */
const GUEST = 'guest-fallback.pcap'
const MANY = 'two-channels.pcap'

let guest: ViewStore
let all: ViewStore
beforeAll(async () => {
  guest = await viewOf(GUEST)
  all = await viewOf(...SAMPLES)
}, 60_000)

/** The pages that are open: those of rows by their views. */
const pages = ({ ui }: Driven) => ui.pages.map((page) => (page.kind === 'details' ? page.view : page.kind))

describe('views', () => {
  it('open with their numbers, and one after another with Tab', () => {
    const d = drive(guest)
    const seen = (keys: string[]) =>
      keys.map((key) => {
        d.press(key)
        return d.ui.view
      })
    expect(seen(['7', '6', '5', '4', '3', '2', '1'])).toEqual(VIEWS.map(({ name }) => name).reverse())
    expect(seen(['tab', 'tab', 'tab', 'tab', 'tab', 'tab', 'tab'])).toEqual([
      'findings',
      'sessions',
      'hosts',
      'frames',
      'readiness',
      'impact',
      'overview',
    ])
    expect(seen(['shift-tab', 'shift-tab'])).toEqual(['impact', 'readiness'])
  })

  it('are left with every page that was open over them', () => {
    const d = drive(guest)
    d.press('2', 'enter', 's')
    expect(pages(d)).toEqual(['findings', 'sessions'])
    d.press('4')
    expect(pages(d)).toEqual([])
    d.press('2', '?', 'tab')
    expect(pages(d)).toEqual([])
  })

  it('open from the overview: Enter and down go to the findings', () => {
    expect(drive(guest).press('enter')).toContain('[2 Findings')
    expect(drive(guest).press('down')).toContain('[2 Findings')
  })
})

describe('pages', () => {
  it('are stacked, and Esc goes back to the row that was open', () => {
    const d = drive(guest)
    const table = d.press('2', 'j', 'j')
    const row = d.tables.findings.selectedKey
    d.press('enter')
    expect(d.page).toMatchObject({ kind: 'details', view: 'findings', id: row })
    d.press('s', '?', '!')
    expect(pages(d)).toEqual(['findings', 'sessions', 'help', 'warnings'])
    d.press('escape', 'backspace')
    expect(pages(d)).toEqual(['findings', 'sessions'])
    expect(d.press('escape', 'escape')).toBe(table)
    expect(d.press('escape')).toBe(table)
  })

  it('of help and warnings close with the key that opened them', () => {
    const d = drive(guest)
    const before = d.screen()
    expect(d.press('?')).toContain('Export')
    expect(d.press('?')).toBe(before)
    expect(d.press('!', '!')).toBe(before)
  })

  it('open for what is selected in each view', () => {
    const d = drive(guest)
    for (const [key, view] of [
      ['2', 'findings'],
      ['3', 'sessions'],
      ['4', 'hosts'],
      ['5', 'frames'],
    ] as const) {
      d.press(key, 'enter')
      expect(pages(d)).toEqual([view])
    }
    // The session of a frame, by s and by Enter alike.
    d.press('s')
    expect(pages(d)).toEqual(['frames', 'sessions'])
    d.press('escape', 'enter')
    expect(pages(d)).toEqual(['frames', 'sessions'])
  })

  it('scroll no further than to their ends', () => {
    const d = drive(guest, { width: 80, height: 14 })
    const top = d.press('2', 'enter')
    expect(d.press('k', 'page-up', 'home')).toBe(top)
    const down = d.press('j')
    expect(down).not.toBe(top)
    const end = d.press('G')
    expect(d.press('j', 'space', 'G')).toBe(end)
    expect(d.press('k')).not.toBe(end)
    expect(d.press('g')).toBe(top)
  })

  it('find text in them, and the next place of it', () => {
    const d = drive(guest, { width: 80, height: 16 })
    d.press('?', '/')
    d.controller.text('frame')
    expect(d.page?.search).toBe('frame')
    const first = d.page?.scroll
    d.press('enter', 'n')
    expect(d.page?.scroll).not.toBe(first)
    d.press('N')
    expect(d.page?.scroll).toBe(first)
    d.press('/')
    d.controller.text('no such words')
    expect(d.ui.note?.text).toContain('No line contains')
    // Escape takes back what was typed, and where it had gone.
    d.press('escape')
    expect(d.page).toMatchObject({ search: 'frame', scroll: first })
  })
})

describe('the frame of a finding', () => {
  const opened = () => {
    const d = drive(guest)
    d.press('2')
    while ((guest.details.finding(d.tables.findings.selectedKey ?? '')?.evidence.length ?? 0) < 2) d.press('j')
    d.press('enter')
    return d
  }

  it('is read when the page opens, and shown when it arrives', async () => {
    const d = opened()
    expect(d.actions.asked).toHaveLength(1)
    const [reading] = d.actions.asked
    expect(d.screen()).toContain(`reading frame ${reading?.citation.frame} ...`)
    reading?.ready({ fields: [{ name: 'Flags', value: 'of the test', depth: 0, deciding: true }] })
    await settled()
    expect(d.screen()).toContain('Flags: of the test')
  })

  it('is another one to the left and right, as far as there are; the one before is not waited for', async () => {
    const d = opened()
    d.press('left')
    expect(d.actions.asked).toHaveLength(1)
    d.press('right')
    expect(d.actions.asked).toHaveLength(2)
    expect(d.actions.asked[0]?.signal.aborted).toBe(true)
    expect(d.actions.asked[1]?.signal.aborted).toBe(false)
    d.actions.asked[0]?.ready({ fields: [{ name: 'too late', value: '', depth: 0, deciding: false }] })
    d.actions.asked[1]?.ready({ fields: [{ name: 'second', value: '', depth: 0, deciding: false }] })
    await settled()
    expect(d.screen()).toContain('second')
    expect(d.screen()).not.toContain('too late')
    for (let i = 0; i < 50; i++) d.press('l')
    const { page } = d
    const count = page?.kind === 'details' ? (guest.details.finding(page.id)?.evidence.length ?? 0) : 0
    expect(page).toMatchObject({ evidence: count - 1 })
  })

  it('is not read again when it is known', async () => {
    const d = opened()
    d.actions.asked[0]?.ready()
    await settled()
    d.press('escape', 'enter')
    expect(d.actions.asked).toHaveLength(1)
  })

  it('shows why it could not be read, and is read again when the page is opened again', async () => {
    const d = opened()
    d.actions.asked[0]?.fail(new Error('gone \x1b[2J away'))
    await settled()
    expect(d.screen()).toContain('could not be read again: gone \\x1b[2J away')
    d.press('escape', 'enter')
    expect(d.actions.asked).toHaveLength(2)
    d.actions.asked[1]?.ready({ fields: [{ name: 'there again', value: '', depth: 0, deciding: false }] })
    await settled()
    expect(d.screen()).toContain('there again')
  })

  it.each([
    ['escape', 'escape'],
    ['another view', '3'],
    ['the session', 's'],
  ])('is no longer read after %s', (_, key) => {
    const d = opened()
    d.press(key)
    expect(d.actions.asked[0]?.signal.aborted).toBe(true)
  })

  it('is read when the evidence changes under an open page', () => {
    const d = opened()
    const { details } = guest
    const { page } = d
    const id = page?.kind === 'details' ? page.id : ''
    const finding = details.finding(id)!
    const [first, ...rest] = finding.evidence
    const other = { ...finding, evidence: [{ ...first!, frame: first!.frame + 1 }, ...rest] }
    try {
      guest.details = { ...details, finding: (asked) => (asked === id ? other : details.finding(asked)) }
      guest.publish({ version: guest.snapshot().version + 1 })
      expect(d.actions.asked.at(-1)?.citation.frame).toBe(first!.frame + 1)
    } finally {
      guest.details = details
    }
  })
})

describe('filters', () => {
  it('work as they are typed, show errors, and Esc restores the previous one', () => {
    const d = drive(guest)
    d.press('5', '/')
    const { frames } = d.tables
    const { total } = frames
    d.controller.text('command:TREE_CONNECT')
    expect(frames.order.length).toBeGreaterThan(0)
    expect(frames.order.length).toBeLessThan(total)
    d.press('enter')
    expect(d.bottom()).toContain('filter command:TREE_CONNECT')
    d.press('/')
    d.controller.text(' signed:perhaps')
    expect(d.bottom()).toContain('"perhaps" is not one of yes, no, unknown')
    d.press('escape')
    expect(frames.filter).toBe('command:TREE_CONNECT')
    d.press('escape')
    expect(frames.filter).toBe('')
    expect(frames.order).toHaveLength(total)
  })

  it('from the overview are for the findings', () => {
    const d = drive(guest)
    d.press('/')
    d.controller.text('severity:high')
    expect(d.ui.view).toBe('findings')
    expect(d.tables.findings.filter).toBe('severity:high')
  })

  it('are completed by Tab, forwards and backwards alike', () => {
    const d = drive(guest)
    d.press('2', '/', 's')
    const text = () => d.ui.prompt?.line.text ?? ''
    const first = d.press('tab') && text()
    expect(first).toMatch(/^s\w+:$/)
    const forwards = [first]
    for (let next = d.press('tab') && text(); next !== first; next = d.press('tab') && text()) forwards.push(next)
    expect(forwards.length).toBeGreaterThan(1)
    const backwards = [first]
    for (let next = d.press('shift-tab') && text(); next !== first; next = d.press('shift-tab') && text())
      backwards.push(next)
    expect(backwards.slice(1).reverse()).toEqual(forwards.slice(1))
    d.press('escape', '/', 's', 'shift-tab')
    expect(text()).toBe(forwards.at(-1))
  })

  it('complete values that are in the rows', () => {
    const d = drive(guest)
    d.press('3', '/')
    d.controller.text('user:al')
    d.press('tab')
    expect(d.ui.prompt?.line.text).toBe('user:alice')
  })

  it('that were confirmed are searched by n and N once they are cleared', () => {
    const d = drive(guest)
    d.press('5', '/')
    d.controller.text('TREE_CONNECT')
    const wanted = d.tables.frames.order.length
    d.press('enter', 'escape', 'g')
    const { frames } = d.tables
    expect(frames.order).toHaveLength(frames.total)
    const places = new Set<number>()
    for (let i = 0; i < wanted; i++) {
      d.press('n')
      expect(frames.selected?.command).toBe('TREE_CONNECT')
      places.add(frames.viewport.cursor)
    }
    expect(places.size).toBe(wanted)
    const there = frames.viewport.cursor
    d.press('n', 'N')
    expect(frames.viewport.cursor).toBe(there)
  })

  it('move the cursor of the table with keys that are not text', () => {
    const d = drive(guest)
    d.press('5', '/', 'down', 'down', 'page-down', 'up')
    expect(d.tables.frames.viewport.cursor).toBeGreaterThan(1)
    expect(d.ui.prompt?.line.text).toBe('')
  })

  it('of what a finding, a host, a session or a frame is about show its sessions', () => {
    const d = drive(all)
    const rows = {
      '2': d.tables.findings,
      '4': d.tables.hosts,
      '3': d.tables.sessions,
    }
    for (const [view, table] of Object.entries(rows)) {
      for (let place = 0; place < table.order.length; place++) {
        d.press(view, 'escape', 'g')
        for (let i = 0; i < place; i++) table.move('down')
        const row = table.selected
        const hasSessions = view !== '2' || ('session' in row! && row.session !== null)
        d.press('f')
        expect(d.ui.view).toBe('sessions')
        const { sessions } = d.tables
        expect(sessions.query.error, sessions.filter).toBeNull()
        if (hasSessions && !(row && 'sessions' in row && row.sessions === 0))
          expect(sessions.order.length, sessions.filter).toBeGreaterThan(0)
        sessions.setFilter('')
      }
    }
  })
})

describe('order', () => {
  it('of another column keeps the row that was selected', () => {
    const d = drive(all)
    d.press('3', 'j', 'j', 'j', 'j')
    const { sessions } = d.tables
    const chosen = sessions.selectedKey
    for (const key of ['>', '>', '>', 'r', '<', '.', ',']) {
      d.press(key)
      expect(sessions.selectedKey).toBe(chosen)
      expect(d.screen()).toMatch(/^> ?\S/m)
    }
  })

  it('cycles through all columns in both directions', () => {
    const d = drive(all)
    d.press('3')
    const { sessions } = d.tables
    const keys = sessions.columns.map(({ key }) => key)
    const by = (key: string) =>
      keys.map(() => {
        d.press(key)
        return sessions.sortKey
      })
    expect(by('<')).toEqual([...keys].reverse())
    expect(by('>')).toEqual([...keys.slice(1), keys[0]])
  })
})

describe('copying, writing and exporting', () => {
  it('copies the Wireshark filter of what is selected, and shows it where the terminal may not take it', () => {
    const d = drive(guest)
    for (const view of ['2', '3', '4', '5']) d.press(view, 'y')
    expect(d.actions.copied).toHaveLength(4)
    expect(d.actions.copied.every((filter) => filter.length > 0)).toBe(true)
    expect(d.bottom()).toContain(`copied: ${d.actions.copied.at(-1)}`)
    d.actions.canCopy = false
    d.press('y')
    expect(d.bottom()).toContain(`Wireshark filter: ${d.actions.copied.at(-1)}`)
    // The next key takes the note away.
    d.press('j')
    expect(d.bottom()).toContain('Enter open')
  })

  it('writes the packets of a row, of a page, and of all rows of a filter', async () => {
    const d = drive(guest)
    d.press('3', 'w', 'enter')
    await settled()
    expect(d.actions.written[0]).toMatchObject({ file: 'evidence.pcapng', overwrite: false, selection: { frames: [] } })
    expect(d.actions.written[0]?.selection.connections).toHaveLength(1)
    expect(d.bottom()).toContain('written to evidence.pcapng')
    d.press('2', 'enter', 'w', 'ctrl-u')
    d.controller.text('one.pcapng')
    d.press('enter')
    await settled()
    const { page } = d
    const finding = page?.kind === 'details' ? guest.details.finding(page.id) : undefined
    expect(d.actions.written[1]?.selection.frames.map(({ frame }) => frame)).toEqual(
      finding?.evidence.map(({ frame }) => frame),
    )
    d.press('5', '/')
    d.controller.text('SESSION_SETUP')
    d.press('enter', 'w', 'ctrl-u')
    d.controller.text('setups.pcapng')
    d.press('enter')
    expect(d.actions.written[2]?.selection.frames).toHaveLength(d.tables.frames.order.length)
  })

  it('asks before it overwrites; only y says yes', async () => {
    const d = drive(guest)
    d.actions.files.add('evidence.pcapng')
    for (const no of ['n', 'escape', 'enter', 'q', 'space']) {
      d.press('3', 'w', 'enter')
      await settled()
      expect(d.bottom()).toContain('evidence.pcapng exists. Overwrite it? (y/n)')
      d.press(no)
      expect(d.bottom()).toContain('Nothing was written')
    }
    expect(d.actions.quits).toBe(0)
    expect(d.actions.written.some(({ overwrite }) => overwrite)).toBe(false)
    d.press('w', 'enter')
    await settled()
    d.press('y')
    await settled()
    expect(d.actions.written.at(-1)).toMatchObject({ overwrite: true })
    expect(d.bottom()).toContain('written to evidence.pcapng')
  })

  it('exports the view, and reports failures', async () => {
    const d = drive(guest)
    d.press('4', 'e')
    expect(d.bottom()).toContain('hosts.csv')
    d.press('enter')
    await settled()
    expect(d.actions.exported).toMatchObject([{ record: 'host', count: 2, file: 'hosts.csv', overwrite: false }])
    d.press('e', 'ctrl-u')
    d.controller.text('hosts.bad')
    d.press('enter')
    await settled()
    expect(d.bottom()).toContain('the disk is full')
    d.press('e', 'ctrl-u', 'enter')
    d.press('e', 'escape')
    await settled()
    expect(d.actions.exported).toHaveLength(2)
  })
})

describe('several characters at once', () => {
  it('are keys, one after another', () => {
    const d = drive(guest)
    d.controller.text('2jj')
    expect(d.ui.view).toBe('findings')
    expect(d.tables.findings.viewport.cursor).toBe(2)
    d.controller.text('\rs')
    expect(pages(d)).toEqual(['findings', 'sessions'])
    d.controller.text('5/TREE_CONNECT\r')
    expect(d.ui).toMatchObject({ view: 'frames', prompt: null })
    expect(d.tables.frames.filter).toBe('TREE_CONNECT')
  })

  it('are text in a prompt, even the names of keys, without control characters', () => {
    const d = drive(guest)
    d.press('2', '/')
    for (const text of ['home', ' up', ' \u202eend', ' a\u0000\x9bb', ' \ud83d']) d.controller.text(text)
    expect(d.ui.prompt?.line.text).toBe('home up end ab ')
    d.controller.text('\x7f\x7f\x7fc')
    expect(d.ui.prompt?.line.text).toBe('home up end c')
  })

  it('are not taken for keys after the end of a pasted line', async () => {
    const d = drive(guest)
    d.actions.files.add('evidence.pcapng')
    d.press('3', 'w')
    d.controller.text('\r\nyyyq\r')
    await settled()
    expect(d.actions.written).toHaveLength(1)
    expect(d.actions.quits).toBe(0)
    expect(d.ui.question).not.toBeNull()
  })

  it('cost one change of the filter, for any length', () => {
    const d = drive(guest)
    d.press('5', '/')
    let changes = 0
    d.controller.subscribe(() => changes++)
    d.controller.text('é😀'.repeat(100_000))
    expect(changes).toBeLessThan(10)
    const { text } = d.ui.prompt!.line
    expect(text.length).toBeGreaterThanOrEqual(999)
    expect(encodeURIComponent(text)).toContain('%F0%9F%98%80')
  })
})

describe('the rest', () => {
  it('freezes the display while more is read, and catches up', async () => {
    const store = await viewOf(GUEST)
    const d = drive(store)
    d.press('2', 'p')
    const before = d.screen()
    expect(before).toContain('PAUSED')
    store.publish({ findings: [], version: store.snapshot().version + 1 })
    expect(d.screen()).toBe(before)
    expect(d.press('p')).toContain('[2 Findings 0]')
  })

  it('calls listeners at every change, until they unsubscribe', () => {
    const d = drive(guest)
    let calls = 0
    const leave = d.controller.subscribe(() => calls++)
    const version = d.controller.version()
    d.press('2')
    expect(calls).toBeGreaterThan(0)
    expect(d.controller.version()).toBeGreaterThan(version)
    leave()
    const last = calls
    d.press('3')
    expect(calls).toBe(last)
  })

  it('quits at q, and at Ctrl-C on any page', () => {
    const d = drive(guest)
    d.press('q', 'ctrl-c')
    d.press('2', '/', 'ctrl-c', 'escape', 'w', 'ctrl-c')
    expect(d.actions.quits).toBe(4)
  })

  it('accepts every key where nothing is shown', async () => {
    const d = drive(new ViewStore())
    const keys =
      'enter escape up down left right page-up page-down home end s f y n N > < r / tab enter w enter e enter p ! escape ? escape'
    for (const view of ['1', '2', '3', '4', '5']) {
      d.press(view)
      for (const key of keys.split(' ')) d.press(key)
      d.press('escape', 'escape')
    }
    await settled()
    expect(d.actions.written).toEqual([])
    expect(d.actions.quits).toBe(0)
    d.press('3', 'w', 'enter')
    expect(d.bottom()).toContain('Nothing is selected')
  })

  it('keeps a page open when its row is no longer in the picture', async () => {
    const store = await viewOf(MANY)
    const d = drive(store)
    for (const view of ['2', '3', '4', '5']) {
      d.press(view, 'enter')
      const { details } = store
      const before = store.snapshot()
      store.details = {
        finding: () => undefined,
        session: () => undefined,
        connection: () => undefined,
        host: () => undefined,
      }
      store.publish({ findings: [], sessions: [], hosts: [], messages: [], version: before.version + 1 })
      expect(d.screen()).toContain('no longer among the results')
      d.press('y', 'w', 'enter', 's', 'f', 'l', 'h')
      store.details = details
      store.publish({ ...before, version: before.version + 2 })
    }
  })
})
