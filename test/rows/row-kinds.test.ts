import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { audit } from '../../src/audit/audit.ts'
import { RULES } from '../../src/audit/rules/index.ts'
import type { TextSink } from '../../src/base/text-sink.ts'
import { readCapture } from '../../src/capture/read/read-capture.ts'
import { defaultPolicy } from '../../src/policy/default-policy.ts'
import { createNetworks } from '../../src/policy/networks.ts'
import { exportFormatFor } from '../../src/report/formats/formats.ts'
import { scanRecords } from '../../src/report/records/index.ts'
import { FINDING_ROWS, type FindingRow } from '../../src/rows/finding-row.ts'
import { HOST_ROWS, type HostRow } from '../../src/rows/host-row.ts'
import { MESSAGE_ROWS, type MessageRow } from '../../src/rows/message-row.ts'
import type { RecordSource, RowKind } from '../../src/rows/row-kind.ts'
import { SESSION_ROWS, type SessionRow } from '../../src/rows/session-row.ts'
import { Tracker } from '../../src/track/tracker.ts'

const CAPTURE = fileURLToPath(new URL('../../captures/guest-explicit.pcap', import.meta.url))

const MESSAGE: MessageRow = {
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

function writeCsv<Row>(columns: RowKind<Row>['columns'], rows: Iterable<Row>, sink: TextSink): void {
  exportFormatFor('rows.csv')!.writeRows({ rows, columns, recordOf: () => expect.fail('csv needs no records') }, sink)
}

function csvOf<Row>(columns: RowKind<Row>['columns'], rows: Iterable<Row>): string {
  const pieces: string[] = []
  writeCsv(columns, rows, { write: (piece) => void pieces.push(piece) })
  return pieces.join('')
}

async function report() {
  const tracker = new Tracker(CAPTURE)
  const ledger = tracker.finish(await readCapture(CAPTURE, tracker))
  const policy = defaultPolicy(createNetworks())
  const findings = audit(ledger, { policy })
  return { ledger, policy, findings, rules: RULES, findingsHidden: 0, inputsUnread: 0, durationMs: 0 }
}

describe('rows as csv', () => {
  it('are what the view shows', () => {
    expect(csvOf(MESSAGE_ROWS.columns, [MESSAGE])).toBe(
      'frame,time,clientIp,clientPort,serverIp,serverPort,family,command,response,signed,status,sessionId,treeId,length\r\n' +
        '7,2023-11-14T22:13:20.000000Z,10.0.0.1,50000,10.0.0.2,445,smb2,SESSION_SETUP,yes,no,STATUS_SUCCESS,0x0000000000000001,,100\r\n',
    )
  })

  it('run nothing in a spreadsheet, and no terminal', () => {
    const row = { user: '=HYPERLINK("http://x","y")', message: '\x1b[2J', title: '-1' } as FindingRow
    const columns = FINDING_ROWS.columns.filter(([name]) => ['user', 'message', 'title'].includes(name))
    expect(csvOf(columns, [row])).toBe('title,message,user\r\n"\'-1",\\x1b[2J,"\'=HYPERLINK(""http://x"",""y"")"\r\n')
  })

  it('are written one at a time, a hundred thousand of them', () => {
    let made = 0
    let largest = 0
    let ahead = 0
    let writes = 0
    function* rows() {
      for (; made < 100_000; made++) yield { ...MESSAGE, frame: made }
    }
    const sink = {
      write(piece: string) {
        writes++
        largest = Math.max(largest, piece.length)
        ahead = Math.max(ahead, made - writes)
      },
    }
    writeCsv(MESSAGE_ROWS.columns, rows(), sink)
    expect(writes).toBe(100_001)
    expect(largest).toBeLessThan(200)
    expect(ahead).toBeLessThanOrEqual(0)
  })
})

describe('the records behind rows', () => {
  it('are those of a report', async () => {
    const all = await report()
    const source: RecordSource = { report: () => all, messageOf: () => undefined }
    const records = [...scanRecords(all)]
    const of = (type: string) => records.filter((record) => record.type === type)
    const findings = all.findings.map(({ id, rule }) => ({ id, rule }) as FindingRow)
    const sessions = [...all.ledger.sessions].map(({ id }) => ({ id }) as SessionRow)
    const hosts = of('host').map((host) => ({ ip: 'ip' in host ? host.ip : '' }) as HostRow)
    expect(recordsOf(FINDING_ROWS, findings, source)).toEqual(of('finding'))
    expect(recordsOf(SESSION_ROWS, sessions, source)).toEqual(of('session'))
    expect(recordsOf(HOST_ROWS, hosts, source)).toEqual(of('host'))
  })

  it('are undefined where the ledger no longer has them', async () => {
    const all = await report()
    const source: RecordSource = { report: () => all, messageOf: () => undefined }
    expect(recordsOf(FINDING_ROWS, [{ id: 'gone', rule: '' } as FindingRow], source)).toEqual([undefined])
    expect(recordsOf(SESSION_ROWS, [{ id: 'gone' } as SessionRow], source)).toEqual([undefined])
    expect(recordsOf(HOST_ROWS, [{ ip: '192.0.2.99' } as HostRow], source)).toEqual([undefined])
    expect(recordsOf(MESSAGE_ROWS, [MESSAGE], source)).toEqual([undefined])
  })
})

function recordsOf<Row>(kind: RowKind<Row>, rows: readonly Row[], source: RecordSource): (object | undefined)[] {
  const lookup = kind.records(source)
  return rows.map((row) => lookup.of(row))
}
