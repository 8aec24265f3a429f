import { beforeAll, describe, expect, it } from 'vitest'
import { displayWidth } from '../../../src/base/safe-text.ts'
import { RULES } from '../../../src/index.ts'
import type { ReadinessRow } from '../../../src/readiness/readiness-row.ts'
import { writeTable } from '../../../src/report/formats/table.ts'
import { NAME_SOURCES } from '../../../src/report/hosts/host-names.ts'
import type { HostRecord } from '../../../src/report/records/host.ts'
import type { LossRecord } from '../../../src/report/records/live/loss.ts'
import type { MessageRow } from '../../../src/rows/message-row.ts'
import { findingLines } from '../../../src/tui/pages/finding.ts'
import { frameLines } from '../../../src/tui/pages/frame.ts'
import { helpLines } from '../../../src/tui/pages/help.ts'
import { hostLines } from '../../../src/tui/pages/host.ts'
import { overviewLines } from '../../../src/tui/pages/overview-page.ts'
import { controlLines } from '../../../src/tui/pages/readiness/control.ts'
import { predictionLines } from '../../../src/tui/pages/readiness/prediction.ts'
import { sessionLines } from '../../../src/tui/pages/session.ts'
import { warningsLines } from '../../../src/tui/pages/warnings.ts'
import { progressLine } from '../../../src/tui/render/progress-line.ts'
import type { Line } from '../../../src/tui/text/line.ts'
import type { EvidenceView } from '../../../src/view/evidence-view.ts'
import type { LiveReading, Reading } from '../../../src/view/store.ts'
import { NO_READING, type Snapshot, ViewStore } from '../../../src/view/store.ts'
import { SAMPLES } from '../../golden/records.ts'
import { some } from '../../support/cases.ts'
import { at, clearSession, connection, smb1, smb1Request, tree } from '../../support/facts.ts'
import { finding, report, rule, textOf } from '../../support/findings.ts'
import { copyOf, textOfLines, viewOf } from '../../support/view.ts'

const HOSTILE = `evil\x1b[2J\u202e\r\n\x07共有フォルダ👩‍👩‍👧ह\u093e\u0903\u1100\u1161\u11a8\u{1f1e9}\u{1f1ea}\u{1f3fd}\u20e3\u2630${'e\u0301\u0301\u0301\u0301\u0301\u0301'.repeat(20)}\u{e0041}\x9b`

const EVIDENCE: EvidenceView = {
  state: 'ready',
  frame: 14,
  fields: [
    { name: 'SMB2 header', value: '', depth: 0, deciding: false },
    { name: 'Flags', value: '0x00000000', depth: 1, deciding: true },
  ],
  hex: [
    {
      offset: '0036',
      cells: Array.from({ length: 16 }, (_, i) => ({
        hex: (0xf0 + i).toString(16),
        ascii: i === 0 ? 'S' : '.',
        marked: i === 2 || i === 3 || i === 8,
      })),
    },
  ],
}

const FRAME: MessageRow = {
  number: 0,
  capture: 'office.pcap',
  frame: 14,
  time: at(14).time,
  client: '10.0.0.5',
  clientPort: 50_000,
  server: '2001:db8::9',
  serverPort: 445,
  family: 'smb2',
  command: 'SESSION_SETUP',
  response: true,
  signed: false,
  status: 'STATUS_SUCCESS',
  sessionId: '0x0000000000000001',
  treeId: 1,
  length: 1234,
}

describe('overview', () => {
  let guest: Snapshot
  beforeAll(async () => {
    guest = (await viewOf('guest-fallback.pcap')).snapshot()
  })

  it('fits 80 columns and 20 lines', () => {
    expect(`\n${textOfLines(overviewLines(guest, 80, 20))}`).toMatchInlineSnapshot(`
      "
      At risk. 3 findings: 1 high, 2 medium. The worst: Refused logon followed by
      guest access.
      Seen: 1 capture, 60 packets, 2 sessions, 1 refused, 1 guest.
      Findings                                  Sessions by protection
      critical    0                             encrypted   0    0%
      high        1  ███████████▌               signed      0    0%
      medium      2  ███████████████████████    partly      0    0%
      low         0                             neither     1  100%  █████████████████
      info        0                             not seen    0    0%
      Worst findings                            Hosts at risk
      high      Refused logon followed by… 1    high      10.77.0.1 DESK1            3
      medium    Server does not require s… 2    high      10.77.0.2 filesrv          3
      Would break if enforced                   Seen at work
      disable-guest      xxxxxx 1 client        none so far
      require-encryption xxxxxx 1 client
      by authentication                         by dialect
      NTLMv2      1  100%  █████████████████    3.1.1       1  100%  █████████████████
      Sessions         █                                                      █
      high risk                                                               █
                2026-11-23 16:12:18                                       16:12:18 UTC"
    `)
  })

  it('has three columns where there is room', () => {
    expect(`\n${textOfLines(overviewLines(guest, 120, 30))}`).toMatchInlineSnapshot(`
      "
      At risk. 3 findings: 1 high, 2 medium. The worst: Refused logon followed by guest access.
      Seen: 1 capture, 60 packets, 2 sessions, 1 refused, 1 guest.

      Findings                                 Sessions by protection                   by authentication
      critical    0                            encrypted   0    0%                      NTLMv2      1  100%  ████████████████
      high        1  ███████████               signed      0    0%
      medium      2  ██████████████████████    partly      0    0%
      low         0                            neither     1  100%  ████████████████
      info        0                            not seen    0    0%

      Worst findings                           Hosts at risk                            by dialect
      high      Refused logon followed b… 1    high      10.77.0.1 DESK1           3    3.1.1       1  100%  ████████████████
      medium    Server does not require … 2    high      10.77.0.2 filesrv         3
      medium    Guest session             1

      Would break if enforced                                       Seen at work
      disable-guest       xxxxxxxxxxxxxxxxxxxxxxxxx 1 client        none so far
      require-encryption  xxxxxxxxxxxxxxxxxxxxxxxxx 1 client
      remove-smb1         █████████████████████████ all ready
      restrict-anonymous  █████████████████████████ all ready
      require-signing     █████████████████████████ all ready
      minimum-dialect-311 █████████████████████████ all ready
      block-ntlmv1        █████████████████████████ all ready
      block-outbound      █████████████████████████ all ready

      Sessions              █                                                                                     █
      high risk                                                                                                   █
                2026-11-23 16:12:18                                                                               16:12:18 UTC"
    `)
  })

  it('says in words that nothing was read, so far and at the end', () => {
    const empty = new ViewStore().snapshot()
    expect(textOfLines(overviewLines(empty, 80, 20))).toContain('Nothing has been read yet.')
    const done = { ...empty, reading: { ...NO_READING, done: true } }
    expect(textOfLines(overviewLines(done, 80, 20))).toContain('Nothing could be read.')
    expect(textOfLines(overviewLines(done, 80, 20))).toContain('no session was set up')
  })

  it('says that it is not the end', () => {
    const reading = { ...guest.reading, done: false }
    expect(textOfLines(overviewLines({ ...guest, reading }, 120, 20))).toMatch(/^At risk\. So far 3 findings: 1 high/)
  })

  it('gives the verdict of the report, for every sample', async () => {
    for (const sample of SAMPLES) {
      const store = await viewOf(sample)
      const snapshot = store.snapshot()
      if (snapshot.findings.length === 0) continue
      const findings = [...snapshot.findings].map(({ id }) => store.details.finding(id)!)
      const table = textOf((sink) => writeTable(report({ findings }), sink, { width: 132, color: false }))
      expect(textOfLines(overviewLines(snapshot, 132, 40)).split('\n')[0]).toBe(table.split('\n')[0])
    }
  })
})

describe('finding', () => {
  it('shows the evidence that is chosen, its fields and its bytes', () => {
    const lines = findingLines(finding(), undefined, EVIDENCE, 80)
    expect(`\n${textOfLines(lines)}`).toMatchInlineSnapshot(`
      "
      HIGH  A session goes unsigned
            unsigned-session

      None of the 40 messages between 10.0.0.5 and 10.0.0.10 is signed.

      Who         10.0.0.5:50000 -> 10.0.0.10:445
      User        CORP\\alice
      When        2024-05-01 00:00:00 UTC
      How often   once
      Capture     office.pcap

      Evidence
      > frame 14  2024-05-01 00:00:00  CREATE request, SMB2_FLAGS_SIGNED clear

      Frame 14  * decides the finding, [..] its bytes
        SMB2 header
      *   Flags: 0x00000000

      Bytes
      0036    f0 f1[f2 f3]f4 f5 f6 f7[f8]f9 fa fb fc fd fe ff  S...............

      In Wireshark
        frame.number == 14"
    `)
  })

  it('gives commands that can be typed on a narrow screen', () => {
    const old = RULES.find(({ id }) => id === 'old-dialect')
    const text = textOfLines(findingLines(finding(), old, null, 60))
    expect(text).toContain('  PS> Set-SmbServerConfiguration -Smb2DialectMin SMB311 `\n  >>  -Force\n')
  })

  it('says that a frame is being read, or why it could not be', () => {
    const view = (state: EvidenceView['state']): EvidenceView => ({ ...EVIDENCE, state, message: 'the file is gone' })
    expect(textOfLines(findingLines(finding(), undefined, view('loading'), 80))).toContain('reading frame 14 ...')
    expect(textOfLines(findingLines(finding(), undefined, view('failed'), 80))).toContain(
      'Frame 14 could not be read again: the file is gone',
    )
  })
})

describe('session', () => {
  it('lists its events in order', async () => {
    const { details, snapshot } = await viewOf('guest-fallback.pcap')
    const row = snapshot().sessions.at(-1)!
    const session = details.session(row.id)!
    const lines = sessionLines(session, details.connection(row.connection), [...snapshot().findings].slice(0, 1), 90)
    expect(`\n${textOfLines(lines)}`).toMatchInlineSnapshot(`
      "
      EXAMPLE\\guest  granted as guest, ntlmv2

      Between     10.77.0.1:35564 -> 10.77.0.2:445
      From        DESK1
      Session     0x00000000d1e87d96
      When        2026-11-23 16:12:18 UTC
      Capture     captures/guest-fallback.pcap

      Events: frame, time since the start
           15  +0.000 s     Connection, TCP
                              established
           18  +0.000 s     NEGOTIATE request
                              offers 2.0.2, 2.1, 3.0, 3.0.2, 3.1.1; signing enabled; ciphers
                              AES-128-GCM, AES-128-CCM, AES-256-GCM, AES-256-CCM; asks for
                              10.77.0.2
           20  +0.005 s     NEGOTIATE response
                              chooses SMB 3.1.1; signing enabled; cipher AES-128-GCM; signs with
                              AES-GMAC; pre-authentication integrity SHA-512; mechanisms NTLMSSP
           22  +0.006 s     Logon: ntlmv2
                              offers NTLMSSP; as EXAMPLE\\guest
           22  +0.006 s     NTLM NEGOTIATE
           23  +0.007 s     NTLM CHALLENGE
                              server filesrv; domain FILESRV
           24  +0.007 s     NTLM AUTHENTICATE, ntlmv2
                              MIC present; target cifs/10.77.0.2; channel bindings zero; from
                              DESK1
           25  +0.007 s   ! Session granted
                              STATUS_SUCCESS; guest
           26  +0.007 s     Tree \\\\10.77.0.2\\IPC$
                              pipe; STATUS_SUCCESS
           28  +0.008 s   ! First unsigned request: it could be changed on the way
           29  +0.008 s   ! First unsigned response: it could be changed on the way
           32  +0.008 s     Tree \\\\10.77.0.2\\public
                              disk; STATUS_SUCCESS
           53  +0.010 s   ! First file data in the clear: it could be read on the way
           58  +0.011 s     Connection ended by the client
                              FIN

      Messages after the setup
        Requests    0 signed, 14 unsigned, 0 encrypted
        Responses   0 signed, 14 unsigned, 0 encrypted

      Findings
        HIGH      Refused logon followed by guest access
                  10.77.0.2 refused EXAMPLE\\alice (STATUS_LOGON_FAILURE), and 10.77.0.1 went on
                  as guest 0.045 s later."
    `)
  })

  it('names what is missing', () => {
    const on = connection({ gaps: 2, missedBytes: 3000 })
    const text = textOfLines(sessionLines(clearSession({ on, treesNotKept: 4 }), on, [], 80))
    expect(text).toContain('4 more trees not kept.')
    expect(text).toContain('2 gaps in what was captured, 3,000 bytes missed')
    expect(text).toContain('No finding is about this session.')
  })
})

/** Everything that comes from the wire in it is hostile. */
function hostileHost(record: HostRecord): HostRecord {
  const role = record.asServer ?? record.asClient!
  const hostileRole = { ...role, offeredDialects: [HOSTILE], dialects: [HOSTILE], guids: [HOSTILE], moreGuids: true }
  return {
    ...record,
    nameSources: [{ name: HOSTILE, sources: [...NAME_SOURCES] }],
    systems: [
      {
        system: HOSTILE,
        version: null,
        source: 'native-os',
        role: 'client',
        contradicted: false,
        support: null,
        lastTime: null,
      },
    ],
    asClient: hostileRole,
    asServer: hostileRole,
  }
}

describe('host, frame, warnings, help', () => {
  it('show what is known', async () => {
    const { snapshot, details } = await viewOf('guest-fallback.pcap')
    const { hosts, findings, sessions } = snapshot()
    const host = hosts.at(0)!
    expect(
      `\n${textOfLines(hostLines(host, details.host(host.ip), [...findings].slice(0, 1), [...sessions], 80))}`,
    ).toMatchInlineSnapshot(`
      "
      10.77.0.1  internal  HIGH

      Role            client
      Names           DESK1: workstation in NTLM
      System          6.1.0, named as a client in NTLM: not the number of a Windows
                      build. Samba, impacket and others send such numbers
      Seen            2 connections, 2 sessions
      When            2026-11-23 16:12:18 UTC

      As a client
        Seen          2 connections, 2 sessions
        Offered       2.0.2, 2.1, 3.0, 3.0.2, 3.1.1
        Agreed        3.1.1
        Signing       enabled in 2 connections
        Encryption    a cipher offered in 2 connections
        Sessions      1 neither signed nor encrypted, 1 refused
        Logons        2 ntlmv2
        Guest         1 session
        ClientGuid    82b16766-ca57-49ec-b196-dab9fd7f2ca5,
                      c7d60246-03ed-4f84-b2f8-b755a7872067

      Findings
        HIGH      Refused logon followed by guest access
                  10.77.0.2 refused EXAMPLE\\alice (STATUS_LOGON_FAILURE), and
                  10.77.0.1 went on as guest 0.045 s later.

      Sessions
        8       -> 10.77.0.2:445          medium
                EXAMPLE\\alice, ntlmv2, 3.1.1, refused: STATUS_LOGON_FAILURE
        22      -> 10.77.0.2:445          high
                EXAMPLE\\guest, ntlmv2, 3.1.1, guest, neither signed nor encrypted"
    `)
    expect(`\n${textOfLines(frameLines(FRAME, null, 80))}`).toMatchInlineSnapshot(`
      "
      Frame 14  SMB2 SESSION_SETUP response

      Between     [2001:db8::9]:445 -> 10.0.0.5:50000
      When        2024-05-01T00:00:00.014000Z
      Signed      no
      Status      STATUS_SUCCESS
      Session     0x0000000000000001
      Tree        1
      Length      1,234 bytes
      Capture     office.pcap"
    `)
    expect(`\n${textOfLines(warningsLines((await viewOf('cut.pcap')).snapshot(), 80))}`).toMatchInlineSnapshot(`
      "
      Capture
        captures/cut.pcap
        Format      pcap
        Links       ethernet
        Packets     59, 14,940 bytes captured
        SMB         51 messages
        Time        2026-11-23 16:12:14 UTC
        Complete    no: the file is cut or damaged

      Warnings (1)
        ! frame 59: the file ends in the middle of a packet, at byte 15908; frame 59
          is the last that was read (truncated-record)"
    `)
  })

  it('help has two columns where there is room', () => {
    const bindings = [
      { keys: ['j', 'down'], help: 'next line', group: 'Move' },
      { keys: ['q'], help: 'quit', group: 'Program' },
    ]
    expect(textOfLines(helpLines(bindings, 100)).split('\n')).toHaveLength(2)
    expect(textOfLines(helpLines(bindings, 60))).toBe('Move\nj down  next line\n\nProgram\nq       quit')
  })
})

describe('progress', () => {
  const live = (loss: Partial<LossRecord>): LiveReading => ({
    packets: 12_345,
    frames: 345,
    rate: 820.4,
    loss: [
      {
        interface: 'eth0',
        state: 'up',
        delivered: 12_345,
        received: 12_345,
        droppedByKernel: 0,
        droppedByInterface: 0,
        left: 0,
        atLeast: false,
        source: 'tcpdump',
        ...loss,
      },
    ],
  })
  const reading = {
    path: 'a.pcap',
    index: 1,
    count: 3,
    bytes: 5e8,
    total: 1e9,
    elapsedMs: 1000,
    done: false,
    live: null,
  }
  it.each<[string, Reading, string]>([
    ['reading', reading, '██████████·········· 50%  500 MB/s  about 1 s left  capture 2 of 3  a.pcap'],
    ['of unknown length', { ...reading, total: null, count: 1 }, '500 MB  500 MB/s  a.pcap'],
    ['live', { ...reading, live: live({}) }, 'live 0:00:01  12,345 packets (345 SMB)  820/s  0 lost (tcpdump)  eth0'],
    ['live and lossy', { ...reading, live: live({ droppedByKernel: 7 }) }, '7 lost (tcpdump)'],
    [
      'live, nobody counts',
      { ...reading, live: live({ droppedByKernel: null, droppedByInterface: null }) },
      'loss unknown',
    ],
    [
      'live, and a part was not counted',
      { ...reading, live: live({ droppedByKernel: 7, atLeast: true }) },
      'at least 7 lost (tcpdump)',
    ],
    ['live, and some are on their way', { ...reading, live: live({ left: 5 }) }, '  0 lost (tcpdump)'],
    [
      'no longer live, and they did not come',
      { ...reading, done: true, live: live({ left: 5 }) },
      '  5 lost (tcpdump)',
    ],
    ['live, and the interface is gone', { ...reading, live: live({ state: 'down' }) }, 'eth0 is down'],
    ['no longer live', { ...reading, done: true, live: live({}) }, 'ended after 0:00:01  12,345 packets'],
    ['done', { ...reading, done: true, bytes: 669e6, elapsedMs: 812 }, 'read 669 MB in 0.8 s'],
  ])('%s', (_name, state, text) => {
    expect(textOfLines([progressLine(state, 100)])).toContain(text)
  })
})

describe('with any traffic and any width of the screen', () => {
  /** Each width that people use, and some beyond. */
  const WIDTHS = [
    ...Array.from({ length: 90 }, (_, i) => 40 + i),
    ...Array.from({ length: 11 }, (_, i) => 130 + 17 * i),
  ]

  it('no line is wider, and nothing drives the terminal', async () => {
    const store = await viewOf('guest-fallback.pcap', 'impacket-smb1.pcap', 'kerberos-rc4.pcap', 'cut.pcap')
    const snapshot = store.snapshot()
    const hostileOn = connection({ smb1: smb1({ negotiateRequest: smb1Request([HOSTILE, HOSTILE]) }) })
    const hostile = clearSession({
      on: hostileOn,
      user: HOSTILE,
      domain: HOSTILE,
      workstation: HOSTILE,
      trees: [tree({ path: HOSTILE })],
    })
    const rows = [...snapshot.findings].map((row) => ({ ...copyOf(row), title: HOSTILE, message: HOSTILE.repeat(30) }))
    const bad: Snapshot = {
      ...snapshot,
      findings: rows,
      hosts: [...snapshot.hosts].map((host) => ({
        ...copyOf(host),
        names: [HOSTILE],
        os: HOSTILE,
        dialects: [HOSTILE],
      })),
      unread: [HOSTILE],
      warnings: [{ capture: HOSTILE, code: HOSTILE, message: HOSTILE, frame: 1 }],
    }
    bad.overview = {
      ...bad.overview,
      hosts: [...bad.hosts],
      dialects: [{ name: HOSTILE, count: 3 }],
      worst: [{ severity: 'high', title: HOSTILE, count: 1e9 }],
    }
    const view: EvidenceView = {
      ...EVIDENCE,
      fields: [{ name: HOSTILE, value: HOSTILE.repeat(50), depth: 900, deciding: true }, ...EVIDENCE.fields],
      hex: [{ offset: HOSTILE, cells: [{ hex: HOSTILE, ascii: HOSTILE, marked: true }] }, ...EVIDENCE.hex],
    }
    const evil = finding({
      message: HOSTILE,
      user: HOSTILE,
      title: HOSTILE,
      capture: HOSTILE,
      wiresharkFilter: HOSTILE,
    })
    const hostilePrediction: ReadinessRow = {
      ...snapshot.predictions.rows[0]!,
      user: HOSTILE,
      share: HOSTILE,
      message: HOSTILE.repeat(20),
      change: HOSTILE,
      evidence: [{ ...snapshot.predictions.rows[0]!.evidence[0]!, what: HOSTILE }],
    }
    const pages: ((width: number) => readonly Line[])[] = [
      (width) => overviewLines(bad, width, 24),
      (width) => overviewLines(snapshot, width, 60),
      ...RULES.map((each) => (width: number) => findingLines(evil, each, view, width)),
      (width) => findingLines(evil, rule(), view, width),
      (width) => sessionLines(hostile, hostileOn, rows, width),
      ...[...snapshot.sessions].map(
        (row) => (width: number) =>
          sessionLines(
            store.details.session(row.id)!,
            store.details.connection(row.connection),
            [...snapshot.findings],
            width,
          ),
      ),
      ...[...bad.hosts].map(
        (host) => (width: number) =>
          hostLines(host, hostileHost(store.details.host(host.ip)!), rows, [...snapshot.sessions], width),
      ),
      (width) => predictionLines(hostilePrediction, undefined, view, width, 0),
      ...snapshot.predictions.controls.flatMap((control) => [
        (width: number) => controlLines(control, null, 0, width),
        (width: number) =>
          controlLines({ ...control, worst: [hostilePrediction], blocker: hostilePrediction }, view, 7, width),
      ]),
      (width) => frameLines({ ...FRAME, command: HOSTILE, capture: HOSTILE }, view, width),
      (width) => warningsLines(bad, width),
      (width) => helpLines([{ keys: [HOSTILE], help: HOSTILE, group: HOSTILE }], width),
      (width) => [
        progressLine({ ...NO_READING, path: HOSTILE, count: 2, bytes: 10, total: 20, elapsedMs: 900 }, width),
      ],
    ]
    const wrong: string[] = []
    for (const width of some(WIDTHS)) {
      pages.forEach((page, i) => {
        for (const line of page(width)) {
          const text = line.map((each) => each.text).join('')
          if (displayWidth(text) > width) wrong.push(`page ${i} at ${width}: ${displayWidth(text)} ${text}`)
          if (/[\p{Cc}\p{Cf}\u2028\u2029]/u.test(text))
            wrong.push(`page ${i} at ${width}: control in ${JSON.stringify(text)}`)
        }
      })
    }
    expect(wrong.slice(0, 5)).toEqual([])
  })

  it('an overview is never higher than the screen', async () => {
    const { snapshot } = await viewOf(...SAMPLES.slice(0, 20))
    for (const width of [40, 63, 64, 80, 100, 200]) {
      for (let height = 1; height < 70; height++) {
        expect(overviewLines(snapshot(), width, height).length).toBeLessThanOrEqual(height)
      }
    }
  })
})
