/** What is under the cursor, for the keys that do something with it. */
import { frameFilter, hostFilter, sessionFilter } from '../../report/display-filter.ts'
import { filterRows, findRow } from '../../rows/row-list.ts'
import type { FindingRow, FrameRow, HostRow, SessionRow } from '../../rows/rows.ts'
import type { Citation, Selection } from '../../view/action-types.ts'
import type { Controller } from '../update/controller.ts'

type Selected =
  | { kind: 'finding'; row: FindingRow | undefined; id: string }
  | { kind: 'session'; row: SessionRow | undefined; id: string }
  | { kind: 'host'; row: HostRow | undefined; id: string }
  | { kind: 'frame'; row: FrameRow | undefined; id: string }

/** The page's thing, or the table's row. */
export function selected({ page, state, tables, shown }: Controller): Selected | null {
  if (page?.kind === 'finding')
    return { kind: 'finding', id: page.id, row: findRow(shown.findings, ({ id }) => id === page.id) }
  if (page?.kind === 'session')
    return { kind: 'session', id: page.id, row: findRow(shown.sessions, ({ id }) => id === page.id) }
  if (page?.kind === 'host') return { kind: 'host', id: page.ip, row: shown.hosts.find(({ ip }) => ip === page.ip) }
  if (page?.kind === 'frame') return { kind: 'frame', id: '', row: shown.frames.at(page.index) }
  if (page !== undefined) return null
  if (state.view === 'findings')
    return { kind: 'finding', id: tables.findings.selectedKey ?? '', row: tables.findings.selected }
  if (state.view === 'sessions')
    return { kind: 'session', id: tables.sessions.selectedKey ?? '', row: tables.sessions.selected }
  if (state.view === 'hosts') return { kind: 'host', id: tables.hosts.selectedKey ?? '', row: tables.hosts.selected }
  if (state.view === 'frames') return { kind: 'frame', id: '', row: tables.frames.selected }
  return null
}

/** The frame that the open page shows. */
export function citationOf(controller: Controller): Citation | null {
  const { page, shown, store } = controller
  if (page?.kind === 'frame') {
    const row = shown.frames.at(page.index)
    return row === undefined ? null : { capture: row.capture, frame: row.frame, field: null }
  }
  if (page?.kind !== 'finding') return null
  const finding = store.details.finding(page.id)
  const item = finding?.evidence[page.evidence]
  return item === undefined ? null : { capture: item.capture, frame: item.frame, field: item.field }
}

/** The session that the selection belongs to: its own, else of those between its hosts the one of the cited frame, or the first after it. */
export function sessionOf(controller: Controller): string | null {
  const thing = selected(controller)
  if (thing?.kind === 'session') return thing.id
  const { store, shown, page } = controller
  if (thing?.kind === 'finding') {
    const finding = store.details.finding(thing.id)
    if (finding === undefined) return null
    if (finding.session !== null) return finding.session
    const item = finding.evidence[page?.kind === 'finding' ? page.evidence : 0]
    if (item === undefined) return null
    return sessionAt(shown.sessions, item, finding.client?.ip, finding.server?.ip)
  }
  if (thing?.kind !== 'frame' || thing.row === undefined) return null
  const { row } = thing
  const onPort = filterRows(shown.sessions, (s) => s.clientPort === row.clientPort && s.serverPort === row.serverPort)
  return sessionAt(onPort, row, row.client, row.server)
}

function sessionAt(
  sessions: Iterable<SessionRow>,
  at: { capture: string; frame: number },
  client: string | undefined,
  server: string | undefined,
): string | null {
  let best: SessionRow | null = null
  let next: SessionRow | null = null
  for (const session of sessions) {
    if (session.capture !== at.capture || session.lastFrame < at.frame) continue
    if (client !== undefined && session.client !== client) continue
    if (server !== undefined && session.server !== server) continue
    if (session.frame > at.frame) {
      if (next === null || session.frame < next.frame) next = session
    }
    // Of several the one that began last: it is the likeliest to be the one of this frame.
    else if (best === null || session.frame > best.frame) best = session
  }
  // What was negotiated was negotiated for the session that came of it.
  return (best ?? next)?.id ?? null
}

/** A filter of the sessions that a finding or a host is about. */
export function relatedFilter(controller: Controller): string | null {
  const thing = selected(controller)
  if (thing?.row === undefined) return null
  if (thing.kind === 'host') return `ip:${thing.row.ip}`
  if (thing.kind === 'session' || thing.kind === 'frame') return `client:${thing.row.client} server:${thing.row.server}`
  const { client, server, user } = thing.row
  const terms = [client && `client:${client}`, server && `server:${server}`, user && `user:${quoted(user)}`]
  return terms.filter((term) => term).join(' ')
}

function quoted(text: string): string {
  // A comma, a star or a word of the language's own means itself only in quotes.
  return /^[\w.$-]+$/.test(text) && !/^(?:none|unknown)$/i.test(text) ? text : `"${text.replaceAll('"', '""')}"`
}

export function displayFilterOf(controller: Controller): string | null {
  const thing = selected(controller)
  const { store } = controller
  if (thing === null) return null
  if (thing.kind === 'finding') return store.details.finding(thing.id)?.wiresharkFilter ?? null
  if (thing.kind === 'host') return thing.row === undefined ? null : hostFilter(thing.row.ip)
  if (thing.kind === 'frame') return thing.row === undefined ? null : frameFilter(thing.row.frame)
  const session = store.details.session(thing.id)
  const connection = session && store.details.connection(session.connection)
  return session && connection ? sessionFilter(session, connection) : null
}

/** What is selected, or where nothing is, every row that the filter of the table shows. */
export function selectionOf(controller: Controller): Selection {
  const { store, tables, state, page } = controller
  const selection: Selection = { frames: [], connections: [] }
  const finding = (id: string): void => {
    for (const { capture, frame, what } of store.details.finding(id)?.evidence ?? [])
      selection.frames.push({ capture, frame, comment: what })
  }
  const thing = selected(controller)
  if (state.view === 'findings' && page === undefined && tables.findings.filter !== '') {
    for (const row of tables.findings.matching()) finding(row.id)
  } else if (state.view === 'sessions' && page === undefined && tables.sessions.filter !== '') {
    for (const row of tables.sessions.matching()) selection.connections.push(row.connection)
  } else if (state.view === 'frames' && page === undefined && tables.frames.filter !== '') {
    for (const row of tables.frames.matching()) selection.frames.push(frameOf(row))
  } else if (thing?.kind === 'finding') finding(thing.id)
  else if (thing?.kind === 'session')
    selection.connections.push(...(store.details.session(thing.id)?.connections ?? []))
  else if (thing?.kind === 'frame' && thing.row !== undefined) selection.frames.push(frameOf(thing.row))
  else if (thing?.kind === 'host') {
    for (const row of controller.shown.sessions) {
      if (row.client === thing.id || row.server === thing.id) selection.connections.push(row.connection)
    }
  }
  return { frames: selection.frames, connections: [...new Set(selection.connections)] }
}

function frameOf({ capture, frame, command }: FrameRow): Selection['frames'][number] {
  return { capture, frame, comment: command ?? '' }
}
