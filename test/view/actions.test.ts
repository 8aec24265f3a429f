/** What keys ask for, done: frames read again and taken apart, packets and rows written. */
import { spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { plural } from '../../src/base/wording.ts'
import { createNetworks, defaultPolicy, RULES, readCapture } from '../../src/index.ts'
import { FRAMES_VIEW } from '../../src/tui/views/frames.ts'
import { HOSTS_VIEW } from '../../src/tui/views/hosts.ts'
import { createTables, updateTables } from '../../src/tui/views/tables.ts'
import { hasTable, type TableView } from '../../src/tui/views/view.ts'
import { VIEWS } from '../../src/tui/views/views.ts'
import { type Actions, type Citation, FileExists } from '../../src/view/action-types.ts'
import { createActions } from '../../src/view/actions.ts'
import { FileFeed } from '../../src/view/file-feed.ts'
import { ViewStore } from '../../src/view/store.ts'
import { SAMPLES, scanSample } from '../golden/records.ts'
import { some } from '../support/cases.ts'
import { collector, temporaryFolder } from '../support/frames.ts'
import { schemaErrors } from '../support/schema.ts'
import { hasProgram } from '../support/smblens.ts'
import { typedTables } from '../support/tui.ts'

const folder = temporaryFolder()
afterAll(() => folder.remove())

interface World {
  store: ViewStore
  tables: ReturnType<typeof typedTables>
  actions: Actions
  exportView(view: TableView<unknown>, file: string, overwrite?: boolean): Promise<string>
  /** Ends the program. */
  stop: AbortController
}

/** Long tables are put in order in slices of time. */
async function inOrder(table: { busy: boolean }): Promise<void> {
  while (table.busy) await new Promise((resolve) => setImmediate(resolve))
}

async function worldOf(...paths: string[]): Promise<World> {
  const store = new ViewStore()
  const { signal } = new AbortController()
  const inputs = paths.map((path) => ({ path, size: null }))
  const feed = new FileFeed(store, inputs, {
    policy: defaultPolicy(createNetworks()),
    rules: RULES,
    limits: {},
    signal,
  })
  await feed.run()
  const tables = createTables(VIEWS, () => {})
  updateTables(tables, VIEWS, store.snapshot())
  for (const table of tables.values()) await inOrder(table)
  const stop = new AbortController()
  const actions = createActions({ source: feed, limits: {}, application: 'smblens test', signal: stop.signal })
  const exportView: World['exportView'] = ({ name, kind }, file, overwrite = false) => {
    const table = tables.get(name)!
    return actions.exportRows({ kind, rows: table.matching(), count: table.order.length }, file, overwrite)
  }
  return { store, tables: typedTables(tables), actions, exportView, stop }
}

const TABLE_VIEWS = VIEWS.filter(hasTable).map((view) => [view.name as keyof World['tables'], view] as const)

const signal = () => new AbortController().signal

describe('the evidence of a finding', () => {
  it.each(some(SAMPLES))(
    '%s: every frame is read again, and what decides is marked in its fields and bytes',
    async (sample) => {
      const { store, actions } = await worldOf(`captures/${sample}`)
      for (const { id } of store.snapshot().findings) {
        const finding = store.details.finding(id)!
        expect(finding.evidence.length).toBeGreaterThan(0)
        for (const { capture, frame, field, what } of finding.evidence) {
          const view = await actions.inspect({ capture, frame, field }, signal())
          const told = `${finding.rule}, frame ${frame}: ${what}`
          expect(view, told).toMatchObject({ state: 'ready', frame })
          expect(view.fields.filter(({ deciding }) => deciding).length, told).toBeGreaterThan(0)
          expect(
            view.hex.flatMap(({ cells }) => cells).some(({ marked }) => marked),
            told,
          ).toBe(true)
        }
      }
    },
  )

  it('has nothing marked where no finding cites the frame', async () => {
    const { actions, tables } = await worldOf('captures/guest-fallback.pcap')
    const { capture, frame } = tables.frames.at(3)!
    const view = await actions.inspect({ capture, frame, field: null }, signal())
    expect(view.fields.length).toBeGreaterThan(5)
    expect(view.fields.some(({ deciding }) => deciding)).toBe(false)
  })

  it('fails with a message where the capture is gone, is another one, or has no such frame', async () => {
    const path = join(folder.path, 'moving.pcap')
    copyFileSync('captures/guest-fallback.pcap', path)
    const { actions } = await worldOf(path)
    const citation: Citation = { capture: path, frame: 6, field: null }
    await expect(actions.inspect({ ...citation, frame: 100_000 }, signal())).rejects.toThrow(
      /no longer has frame 100000/,
    )
    writeFileSync(path, 'something else altogether, and shorter')
    await expect(actions.inspect(citation, signal())).rejects.toThrow(/moving\.pcap/)
    rmSync(path)
    await expect(actions.inspect(citation, signal())).rejects.toThrow(/moving\.pcap/)
  })

  it('is not read further when the reading is aborted', async () => {
    const { actions, tables } = await worldOf('captures/guest-fallback.pcap')
    const { capture, frame } = tables.frames.at(3)!
    const stop = new AbortController()
    stop.abort(new Error('left'))
    await expect(actions.inspect({ capture, frame, field: null }, stop.signal)).rejects.toThrow('left')
  })
})

describe('rows that are exported', () => {
  let world: World
  beforeAll(async () => {
    world = await worldOf(
      'captures/guest-fallback.pcap',
      'captures/hostile-names.pcapng',
      'captures/kerberos-sysvol.pcap',
    )
  })

  it.each(TABLE_VIEWS)(
    '%s: are records of the schema in ndjson and json, in the order of the screen',
    async (name, view) => {
      const table = world.tables[name]
      const lines = join(folder.path, `${name}.ndjson`)
      const count = table.order.length
      expect(count).toBeGreaterThan(0)
      const told = await world.exportView(view, lines)
      expect(told).toBe(`${plural(count, 'row')} written to ${lines}`)
      const records = readFileSync(lines, 'utf8')
        .split('\n')
        .slice(0, -1)
        .map((line) => JSON.parse(line))
      expect(records).toHaveLength(count)
      for (const record of records)
        expect(
          schemaErrors(
            view.kind.record as 'finding' | 'session' | 'host' | 'message' | 'control' | 'readiness',
            record,
          ),
        ).toEqual([])
      const ids = [...table.matching()].map((row) =>
        'ip' in row ? row.ip : 'id' in row ? row.id : 'frame' in row ? row.frame : row.control,
      )
      expect(records.map((record) => record.ip ?? record.id ?? record.frame ?? record.control)).toEqual(ids)

      const whole = join(folder.path, `${name}.JSON`)
      await world.exportView(view, whole)
      const document: unknown = JSON.parse(readFileSync(whole, 'utf8'))
      const list = Array.isArray(document) ? document : Object.values(document as object).find(Array.isArray)
      expect(list).toEqual(records)
    },
  )

  it.each(TABLE_VIEWS)('%s: are lines of csv that no name breaks, and no spreadsheet runs', async (name, view) => {
    const file = join(folder.path, `${name}.csv`)
    await world.exportView(view, file)
    const text = readFileSync(file, 'utf8')
    const [header, ...rows] = text.split('\r\n').slice(0, -1)
    expect(rows).toHaveLength(world.tables[name].order.length)
    expect(text.replaceAll('\r\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u)
    for (const row of rows) {
      const cells = row.match(/("(?:[^"]|"")*"|[^",]*)(?:,|$)/g)?.slice(0, header?.split(',').length) ?? []
      expect(cells).toHaveLength(header?.split(',').length ?? 0)
      for (const cell of cells) expect(cell).not.toMatch(/^"?[=+@]/)
    }
  })

  it('are those that the filter matches, in the order of the column', async () => {
    const { frames } = world.tables
    frames.setFilter('SESSION_SETUP')
    frames.reverse()
    await inOrder(frames)
    const file = join(folder.path, 'setups.ndjson')
    await world.exportView(FRAMES_VIEW, file)
    const records = readFileSync(file, 'utf8').split('\n').slice(0, -1)
    expect(records).toHaveLength(frames.order.length)
    expect(records.filter((line) => !/"command":(?:1|115),/.test(line))).toEqual([])
    frames.setFilter('')
    frames.reverse()
    await inOrder(frames)
  })

  it('are written over nothing, unless that was agreed to, and never over a capture', async () => {
    const file = folder.write('there.csv', 'mine')
    await expect(world.exportView(HOSTS_VIEW, file)).rejects.toBeInstanceOf(FileExists)
    expect(readFileSync(file, 'utf8')).toBe('mine')
    await world.exportView(HOSTS_VIEW, file, true)
    expect(readFileSync(file, 'utf8')).toContain('ip,')
    const capture = join(folder.path, 'capture.csv')
    copyFileSync('captures/ntlmv1.pcap', capture)
    const { actions, exportView } = await worldOf(capture)
    await expect(exportView(HOSTS_VIEW, capture, true)).rejects.toThrow(/captures that are read/)
    await expect(
      actions.writePackets({ frames: [{ capture, frame: 1, comment: '' }], connections: [] }, capture, true),
    ).rejects.toThrow(/captures that are read/)
    expect(readFileSync(capture)).toEqual(readFileSync('captures/ntlmv1.pcap'))
  })

  it.each([
    ['rows.txt', /must end in \.csv, \.json or \.ndjson/],
    ['rows', /must end in/],
    ['absent/rows.csv', /folder/],
  ])('as %s are refused in words, and leave nothing behind', async (name, words) => {
    await expect(world.exportView(HOSTS_VIEW, join(folder.path, name))).rejects.toThrow(words)
    expect(readdirSync(folder.path).filter((each) => each.includes('.tmp') || each === name)).toEqual([])
  })
})

describe('packets that are written', () => {
  const samples = ['guest-fallback.pcap', 'ntlmv1.pcap', 'pcapng.pcapng', 'gzip.pcap.gz', 'vlan.pcap', 'linux-sll.pcap']
  it.each(samples)('%s: are read by our own reader, and show each finding again', async (sample) => {
    const { store, actions } = await worldOf(`captures/${sample}`)
    const scanned = await scanSample(sample)
    for (const [i, { id }] of [...store.snapshot().findings].entries()) {
      const finding = store.details.finding(id)!
      const frames = finding.evidence.map(({ capture, frame, what }) => ({ capture, frame, comment: what }))
      const file = join(folder.path, `${sample}-${i}.pcapng`)
      const told = await actions.writePackets({ frames, connections: [] }, file, false)
      const sink = collector()
      const summary = await readCapture(file, sink)
      expect(summary).toMatchObject({ complete: true, format: 'pcapng', warnings: [] })
      expect(told).toBe(`${summary.packets} packet${summary.packets === 1 ? '' : 's'} written to ${file}`)
      const again = await worldOf(file)
      const rules = [...again.store.snapshot().findings].map(({ rule }) => rule)
      expect(rules, finding.title).toContain(finding.rule)
      if (hasProgram('capinfos')) {
        const { stdout } = spawnSync('capinfos', ['-c', '-M', '-T', '-r', file], { encoding: 'utf8' })
        expect(stdout.trim().split('\t')[1]).toBe(`${summary.packets}`)
      }
    }
    expect(scanned.filter(({ type }) => type === 'finding')).toHaveLength(store.snapshot().findings.length)
  })

  it('of two captures are in one file; frames that are not found are counted', async () => {
    const [a, b] = ['captures/guest-fallback.pcap', 'captures/ntlmv1.pcap']
    const { store, actions } = await worldOf(a!, b!)
    const connections = [...store.snapshot().sessions].map(({ connection }) => connection)
    const file = join(folder.path, 'both.pcapng')
    const frames = [{ capture: a!, frame: 99_999, comment: '' }]
    expect(await actions.writePackets({ frames, connections }, file, false)).toMatch(/, 1 frame not found$/)
    const again = await worldOf(file)
    expect(again.store.snapshot().sessions).toHaveLength(store.snapshot().sessions.length)
  })

  it('are not written over a file, unless that was agreed to', async () => {
    const { store, actions } = await worldOf('captures/ntlmv1.pcap')
    const selection = { frames: [], connections: [...store.snapshot().sessions].map(({ connection }) => connection) }
    const file = folder.write('mine.pcapng', 'mine')
    await expect(actions.writePackets(selection, file, false)).rejects.toBeInstanceOf(FileExists)
    expect(readFileSync(file, 'utf8')).toBe('mine')
    await actions.writePackets(selection, file, true)
    expect((await readCapture(file, collector())).complete).toBe(true)
  })

  it('leave nothing behind where the program ends during the writing', async () => {
    const { store, actions, stop } = await worldOf('captures/ntlmv1.pcap')
    const selection = { frames: [], connections: [...store.snapshot().sessions].map(({ connection }) => connection) }
    const before = readdirSync(folder.path)
    const writing = actions.writePackets(selection, join(folder.path, 'unfinished.pcapng'), false)
    expect(readdirSync(folder.path).length).toBe(before.length + 1)
    stop.abort(new Error('left'))
    await expect(writing).rejects.toThrow('left')
    expect(readdirSync(folder.path)).toEqual(before)
  })

  it('leave nothing behind where the capture is gone', async () => {
    const path = join(folder.path, 'going.pcap')
    copyFileSync('captures/ntlmv1.pcap', path)
    const { store, actions } = await worldOf(path)
    const selection = { frames: [], connections: [...store.snapshot().sessions].map(({ connection }) => connection) }
    rmSync(path)
    const file = join(folder.path, 'never.pcapng')
    await expect(actions.writePackets(selection, file, false)).rejects.toThrow(/going\.pcap/)
    expect(existsSync(file)).toBe(false)
    expect(readdirSync(folder.path).filter((name) => name.endsWith('.tmp'))).toEqual([])
  })
})
