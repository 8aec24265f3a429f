import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { audit } from '../../src/audit/audit.ts'
import { RULES } from '../../src/audit/rules/index.ts'
import type { TextSink } from '../../src/base/text-sink.ts'
import { readCapture } from '../../src/capture/read/read-capture.ts'
import { createNetworks } from '../../src/policy/networks.ts'
import { formatFor } from '../../src/report/formats/formats.ts'
import type { ViewRows } from '../../src/report/formats/report-format.ts'
import { scanRecords } from '../../src/report/records/index.ts'
import { FINDING_COLUMNS, FRAME_COLUMNS, rowRecords } from '../../src/rows/export-rows.ts'
import type { FindingRow, FrameRow, HostRow, SessionRow } from '../../src/rows/rows.ts'
import { Tracker } from '../../src/track/tracker.ts'

const CAPTURE = fileURLToPath(new URL('../../captures/guest-explicit.pcap', import.meta.url))

const FRAME: FrameRow = {
  capture: 'a.pcap',
  number: 0,
  frame: 7,
  time: 1_700_000_000_000_000,
  client: '10.0.0.1',
  clientPort: 50_000,
  server: '10.0.0.2',
  serverPort: 445,
  family: 'smb2',
  command: 'SESSION_SETUP',
  response: true,
  signed: false,
  status: 'STATUS_SUCCESS',
  sessionId: '0x0000000000000001',
  treeId: null,
  length: 100,
}

function text(write: (sink: { write(text: string): void }) => void): string {
  let all = ''
  write({
    write(piece) {
      all += piece
    },
  })
  return all
}

function writeRows<T>(view: ViewRows<T>, format: string, sink: TextSink): void {
  const { writeRows: write } = formatFor(format)!
  write!(view, sink)
}

async function report() {
  const tracker = new Tracker(CAPTURE)
  const ledger = tracker.finish(await readCapture(CAPTURE, tracker))
  const networks = createNetworks()
  const findings = audit(ledger, { networks })
  return { ledger, networks, findings, rules: RULES, findingsHidden: 0, inputsUnread: 0, durationMs: 0 }
}

describe('rows as csv', () => {
  it('are what the view shows', () => {
    expect(
      text((sink) => writeRows({ rows: [FRAME], columns: FRAME_COLUMNS, recordOf: () => undefined }, 'csv', sink)),
    ).toBe(
      'frame,time,clientIp,clientPort,serverIp,serverPort,family,command,response,signed,status,sessionId,treeId,length\r\n' +
        '7,2023-11-14T22:13:20.000000Z,10.0.0.1,50000,10.0.0.2,445,smb2,SESSION_SETUP,yes,no,STATUS_SUCCESS,0x0000000000000001,,100\r\n',
    )
  })

  it('run nothing in a spreadsheet, and no terminal', () => {
    const row = { user: '=HYPERLINK("http://x","y")', message: '\x1b[2J', title: '-1' } as FindingRow
    const columns = FINDING_COLUMNS.filter(([name]) => ['user', 'message', 'title'].includes(name))
    expect(text((sink) => writeRows({ rows: [row], columns: columns, recordOf: () => undefined }, 'csv', sink))).toBe(
      'title,message,user\r\n"\'-1",\\x1b[2J,"\'=HYPERLINK(""http://x"",""y"")"\r\n',
    )
  })

  it('are written one at a time, a hundred thousand of them', () => {
    let made = 0
    let largest = 0
    let ahead = 0
    let writes = 0
    function* rows() {
      for (; made < 100_000; made++) yield { ...FRAME, frame: made }
    }
    const sink = {
      write(piece: string) {
        writes++
        largest = Math.max(largest, piece.length)
        ahead = Math.max(ahead, made - writes)
      },
    }
    writeRows({ rows: rows(), columns: FRAME_COLUMNS, recordOf: () => undefined }, 'csv', sink)
    expect(writes).toBe(100_001)
    expect(largest).toBeLessThan(200)
    expect(ahead).toBeLessThanOrEqual(0)
  })
})

describe('rows as json and ndjson', () => {
  it('are the records of a report', async () => {
    const all = await report()
    const lookup = rowRecords(all)
    const records = [...scanRecords(all)]
    const of = (type: string) => records.filter((record) => record.type === type)
    const findings = all.findings.map(({ id, rule }) => ({ id, rule }) as FindingRow)
    const sessions = [...all.ledger.sessions].map(({ id }) => ({ id }) as SessionRow)
    const hosts = of('host').map((host) => ({ ip: 'ip' in host ? host.ip : '' }) as HostRow)
    const lines = (written: string) =>
      written
        .split('\n')
        .slice(0, -1)
        .map((line) => JSON.parse(line))
    expect(
      lines(text((sink) => writeRows({ rows: findings, columns: [], recordOf: lookup.finding }, 'ndjson', sink))),
    ).toEqual(of('finding'))
    expect(
      lines(text((sink) => writeRows({ rows: sessions, columns: [], recordOf: lookup.session }, 'ndjson', sink))),
    ).toEqual(of('session'))
    const written = JSON.parse(
      text((sink) => writeRows({ rows: hosts, columns: [], recordOf: lookup.host }, 'json', sink)),
    )
    expect(written).toEqual({ schemaVersion: 1, records: of('host') })
  })

  it('leave out what is gone', async () => {
    const lookup = rowRecords(await report())
    const gone = [{ ip: '192.0.2.99' } as HostRow]
    expect(text((sink) => writeRows({ rows: gone, columns: [], recordOf: lookup.host }, 'ndjson', sink))).toBe('')
    expect(
      JSON.parse(text((sink) => writeRows({ rows: gone, columns: [], recordOf: lookup.host }, 'json', sink))),
    ).toEqual({
      schemaVersion: 1,
      records: [],
    })
  })
})
