/** The page that is open, as lines. They are made anew each time: whoever needs them twice keeps them. */
import { RULES } from '../../audit/rules/index.ts'
import { filterRows } from '../../rows/row-list.ts'
import { BINDINGS } from '../input/keys.ts'
import { findingLines } from '../pages/finding.ts'
import { frameLines } from '../pages/frame.ts'
import { helpLines } from '../pages/help.ts'
import { hostLines } from '../pages/host.ts'
import { sessionLines } from '../pages/session.ts'
import { warningsLines } from '../pages/warnings.ts'
import type { Page } from '../state/screen-state.ts'
import { citationOf } from '../state/selection.ts'
import { EMPTY, heading, paragraph } from '../text/layout.ts'
import type { Line } from '../text/line.ts'
import type { Controller } from '../update/controller.ts'

const HOST_SESSIONS = 50

export function pageLines(controller: Controller, width: number): readonly Line[] {
  const { page } = controller
  return page === undefined ? [] : linesOf(controller, page, width)
}

function linesOf(controller: Controller, page: Page, width: number): readonly Line[] {
  const { shown, store, evidence } = controller
  const gone: Line[] = [[{ text: 'What was shown here is no longer among the results.', tone: 'quiet' }]]
  switch (page.kind) {
    case 'finding': {
      const finding = store.details.finding(page.id)
      if (finding === undefined) return gone
      const rule = RULES.find(({ id }) => id === finding.rule)
      return findingLines(finding, rule, evidence.of(citationOf(controller)), width, page.evidence)
    }
    case 'session': {
      const session = store.details.session(page.id)
      if (session === undefined) return gone
      const connection = store.details.connection(session.connection)
      return sessionLines(session, connection, controller.findingsOf(session), width)
    }
    case 'host': {
      const host = shown.hosts.find(({ ip }) => ip === page.ip)
      if (host === undefined) return gone
      const findings = filterRows(shown.findings, ({ client, server }) => client === page.ip || server === page.ip)
      const sessions = []
      for (const row of shown.sessions) {
        if (row.client === page.ip || row.server === page.ip) sessions.push(row)
        if (sessions.length === HOST_SESSIONS) break
      }
      return hostLines(host, findings, sessions, width)
    }
    case 'frame': {
      const row = shown.frames.at(page.index)
      return row === undefined ? gone : frameLines(row, evidence.of(citationOf(controller)), width)
    }
    case 'text':
      return [heading(page.title, width), EMPTY, ...paragraph(page.text, width)]
    case 'warnings':
      return warningsLines(shown, width)
    case 'help':
      return helpLines(BINDINGS, width)
  }
}
