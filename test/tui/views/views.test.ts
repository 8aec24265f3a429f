/** Every view is reachable, documented and complete; and a new one needs nothing but an entry in the list. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { QueryField } from '../../../src/query/language/field.ts'
import { exportExtensions } from '../../../src/report/formats/formats.ts'
import type { RowKind } from '../../../src/rows/row-kind.ts'
import { helpLines } from '../../../src/tui/pages/help.ts'
import { pageLines } from '../../../src/tui/render/page-lines.ts'
import type { Column } from '../../../src/tui/table/columns.ts'
import { heading } from '../../../src/tui/text/layout.ts'
import { hasTable, rowOf, type TableView, type View } from '../../../src/tui/views/view.ts'
import { VIEWS } from '../../../src/tui/views/views.ts'
import { exportRows } from '../../../src/view/export-rows.ts'
import type { Snapshot, ViewStore } from '../../../src/view/store.ts'
import { temporaryFolder } from '../../support/frames.ts'
import { drive, settled } from '../../support/tui.ts'
import { textOfLines, viewOf } from '../../support/view.ts'

const here = (path: string) => new URL(path, import.meta.url)
const TABLE_VIEWS = VIEWS.filter(hasTable).map((view) => [view.name, view] as const)

let store: ViewStore
beforeAll(async () => {
  store = await viewOf('guest-fallback.pcap', 'kerberos-encrypted.pcap')
}, 60_000)
const folder = temporaryFolder()
afterAll(() => folder.remove())

function isUnique(values: readonly string[]): boolean {
  return new Set(values).size === values.length
}

describe('the views', () => {
  it('have names and titles that differ, and keys that nothing else has', () => {
    const { bindings } = drive(store).controller.screen
    expect(isUnique(VIEWS.map(({ name }) => name))).toBe(true)
    expect(isUnique(VIEWS.map(({ title }) => title))).toBe(true)
    expect(isUnique(bindings.flatMap(({ keys }) => keys))).toBe(true)
  })

  it.each(VIEWS.map((view) => [view.name, view] as const))(
    '%s: is in the help, in the tabs, and in docs/tui.md',
    (_, view) => {
      const d = drive(store)
      const help = textOfLines(helpLines(d.controller.screen.bindings, 100))
      expect(help).toMatch(new RegExp(`^${view.key} +${view.help}`, 'm'))
      expect(d.press(view.key)).toContain(`[${view.key} ${view.title}`)
      const docs = readFileSync(here('../../../docs/tui.md'), 'utf8')
      expect(docs).toContain(`\n## ${view.title}\n`)
      expect(docs).toContain(`[${view.key} ${view.title}`)
    },
  )

  it.each(VIEWS.filter((view) => !hasTable(view)).map((view) => [view.name, view] as const))(
    '%s: leads to a view with a table',
    (_, view) => {
      const to = hasTable(view) ? view : VIEWS.find(({ name }) => name === view.leadsTo)
      expect(to !== undefined && hasTable(to)).toBe(true)
    },
  )

  it.each(TABLE_VIEWS)('%s: has columns, fields to filter by, and columns to export, each once', (_, view) => {
    for (const names of [
      view.columns.map(({ key }) => key),
      view.fields.flatMap(({ key, aliases = [] }) => [key, ...aliases]),
      view.kind.columns.map(([name]) => name),
    ]) {
      expect(names.length).toBeGreaterThan(3)
      expect(isUnique(names)).toBe(true)
    }
    if (view.sort.column !== null) expect(view.columns.map(({ key }) => key)).toContain(view.sort.column)
  })

  it.each(TABLE_VIEWS)('%s: has rows with keys that differ, a page for them, filters, and packets', (_, view) => {
    const known = { shown: store.snapshot(), details: store.details }
    const rows = view.rowsOf(known.shown)
    expect(rows.length).toBeGreaterThan(0)
    const ids = Array.from({ length: rows.length }, (_, i) => view.keyOf(rows.at(i)))
    expect(isUnique(ids)).toBe(true)
    const subject = { id: ids[0]!, index: 0, evidence: 0 }
    expect(view.pageLines(subject, { known, evidence: null, width: 80 })?.length).toBeGreaterThan(3)
    expect(view.displayFilter(subject, known)).not.toBeNull()
    expect(view.relatedFilter(subject, known)).toMatch(/^(client|server|ip):/)
    const selection = { frames: [], connections: [] }
    view.addPackets(selection, subject, known)
    expect(selection.frames.length + selection.connections.length).toBeGreaterThan(0)
    const gone = { id: 'gone', index: 0, evidence: 0 }
    expect(view.pageLines(gone, { known, evidence: null, width: 80 })).toBeNull()
    expect(view.displayFilter(gone, known)).toBeNull()
    expect(view.relatedFilter(gone, known)).toBeNull()
  })

  it.each(TABLE_VIEWS)('%s: is exported as records that the schema defines', (_, view) => {
    const schema = JSON.parse(readFileSync(here('../../../docs/records.schema.json'), 'utf8'))
    expect(Object.keys(schema.$defs)).toContain(view.kind.record)
  })

  it('have their filters in docs/filters.md as they are (after a change: npm run docs:filters)', async () => {
    const script = (await import(here('../../../scripts/make-filters-doc.mjs').href)) as {
      renderFilters(views: readonly View[]): string
    }
    expect(readFileSync(here('../../../docs/filters.md'), 'utf8')).toBe(script.renderFilters(VIEWS))
  })
})

/** The clients, and how many sessions each of them has: a view that the program does not have. */
interface ClientRow {
  client: string
  sessions: number
}

const CLIENT_ROWS: RowKind<ClientRow> = {
  record: 'client',
  columns: [
    ['client', (row) => row.client],
    ['sessions', (row) => row.sessions],
  ],
  records: () => ({ of: (row) => ({ type: 'client', ...row }) }),
}

const LOOK = { min: 8, ideal: 20, priority: 1 }
const CLIENT_COLUMNS: readonly Column<ClientRow>[] = [
  { ...LOOK, key: 'client', title: 'client', text: (row) => row.client, sort: 'text' },
  {
    ...LOOK,
    key: 'sessions',
    title: 'how many',
    text: (row) => String(row.sessions),
    sort: 'number',
    sortValue: (row) => row.sessions,
  },
]
const CLIENT_FIELDS: readonly QueryField<ClientRow>[] = [
  { key: 'client', kind: 'address', help: 'address of the client', ends: [{ ip: (row) => row.client }] },
  { key: 'sessions', kind: 'number', help: 'how many sessions', get: (row) => row.sessions },
]

function clientsOf({ sessions }: Snapshot): ClientRow[] {
  const counts = new Map<string, number>([['10.99.0.1', 100]])
  for (const { client } of sessions) counts.set(client, (counts.get(client) ?? 0) + 1)
  return [...counts].map(([client, count]) => ({ client, sessions: count }))
}

const CLIENTS_VIEW: TableView<ClientRow> = {
  name: 'clients',
  key: '6',
  title: 'Clients',
  help: 'clients, of the test',
  kind: CLIENT_ROWS,
  columns: CLIENT_COLUMNS,
  fields: CLIENT_FIELDS,
  sort: { column: null, descending: false },
  rowsOf: clientsOf,
  keyOf: ({ client }) => client,
  pageLines(subject, { known, width }) {
    const row = rowOf(this, subject, known)
    return row === undefined ? null : [heading(`Client ${row.client}`, width)]
  },
  pageHints: [['x', 'of the test']],
  relatedFilter: ({ id }) => `client:${id}`,
  displayFilter: ({ id }) => `ip.addr == ${id}`,
  addPackets(selection, { id }, { shown }) {
    for (const { client, connection } of shown.sessions) if (client === id) selection.connections.push(connection)
  },
}

describe('a view that only has an entry in the list', () => {
  const driven = () => drive(store, { width: 120, height: 30 }, [...VIEWS, CLIENTS_VIEW])

  it('has a tab with its count, a key, a place in the cycle of Tab, and a line in the help', () => {
    const d = driven()
    const count = clientsOf(store.snapshot()).length
    expect(d.press('1')).toContain(` 6 Clients ${count}`)
    expect(d.press('6')).toContain(`[6 Clients ${count}]`)
    expect(d.press('tab')).toContain('[1 Overview]')
    expect(d.press('shift-tab')).toContain('[6 Clients')
    expect(d.press('?')).toMatch(/^6 +clients, of the test/m)
  })

  it('shows its columns, sorts and filters its rows, and completes its filters', () => {
    const d = driven()
    expect(d.press('6')).toMatch(/^ +client +how many/m)
    expect(d.press('>', '>', 'r')).toMatch(/how many▼\n> 10\.99\.0\.1/)
    d.press('/', 's', 'tab')
    expect(d.ui.prompt?.line.text).toBe('sessions:')
    d.controller.text('<100')
    expect(d.bottom()).toContain(`${clientsOf(store.snapshot()).length - 1} of`)
    expect(d.press('enter')).not.toContain('10.99.0.1')
    expect(d.press('escape')).toContain('10.99.0.1')
    d.press('/')
    d.controller.text('server:x')
    expect(d.bottom()).toContain('there is no key "server"')
  })

  it('opens the page of a row, and answers the keys of a selection there and in the table', async () => {
    const d = driven()
    d.press('6', '/')
    d.controller.text('sessions:<100\r')
    const page = d.press('enter')
    const [client] = clientsOf(store.snapshot()).filter(({ sessions }) => sessions < 100)
    expect(page).toContain(`Client ${client?.client}`)
    expect(d.bottom()).toContain('x of the test')
    d.press('y', 'w', 'enter')
    await settled()
    expect(d.actions.copied).toEqual([`ip.addr == ${client?.client}`])
    expect(d.actions.written[0]?.selection.connections.length).toBeGreaterThan(0)
    expect(d.press('f')).toContain(`filter client:${client?.client}`)
    expect(d.ui).toMatchObject({ view: 'sessions', pages: [] })
    expect(d.press('6', 'enter', 's')).toContain('No session is listed for this')
    store.publish({ version: store.snapshot().version + 1 })
    expect(textOfLines(pageLines(d.controller.screen))).toContain('Client')
  })

  it.each(exportExtensions())('is exported to %s, in the order of the screen', async (extension) => {
    const d = driven()
    d.press('6', '>', '>', 'r', 'e')
    expect(d.bottom()).toContain('clients.csv')
    d.press('enter')
    await settled()
    expect(d.actions.exported).toMatchObject([{ record: 'client', file: 'clients.csv' }])
    const rows = d.actions.exported[0]?.rows as ClientRow[]
    expect(rows[0]).toEqual({ client: '10.99.0.1', sessions: 100 })
    const file = join(folder.path, `clients${extension}`)
    const source = { report: () => expect.fail('not needed'), messageOf: () => undefined }
    exportRows({ kind: CLIENT_ROWS, rows, count: rows.length }, file, { source, overwrite: false, inputs: [] })
    const text = readFileSync(file, 'utf8')
    expect(text).toMatch(/10\.99\.0\.1"?,("sessions":)?100/)
    if (extension === '.csv') expect(text).toMatch(/^client,sessions\r\n/)
  })
})
