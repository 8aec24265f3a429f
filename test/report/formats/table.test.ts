import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Finding } from '../../../src/audit/finding.ts'
import { displayWidth } from '../../../src/base/safe-text.ts'
import type { UnreadFacts } from '../../../src/ledger/capture-facts.ts'
import { writeTable } from '../../../src/report/formats/table.ts'
import type { Report } from '../../../src/report/records/report.ts'
import { cases } from '../../support/cases.ts'
import {
  bareConnection,
  capture,
  clearSession,
  connection,
  counts,
  ledger,
  session,
  signedSession,
} from '../../support/facts.ts'
import { finding, report, rule, textOf } from '../../support/findings.ts'

const unread = (packets: number, what: string, kind: UnreadFacts['kind'] = 'encapsulation'): UnreadFacts[] => [
  { kind, what, packets },
]

function table(overrides: Partial<Report>, width = 80, color = false): string {
  return textOf((sink) => writeTable(report(overrides), sink, { width, color }))
}

describe('table: the verdict', () => {
  it.each([
    ['no capture', { ledger: ledger([], []) }, 'Nothing could be read.'],
    [
      'no SMB',
      { ledger: ledger([], [], [capture({ packets: 1234 })]) },
      'No SMB in 1,234 packets: there is nothing to judge.',
    ],
    [
      'no SMB in what was read',
      { ledger: ledger([], [], [capture({ packets: 900, unreadPackets: unread(812, 'EtherType 0x1234') })]) },
      'No SMB in the 88 packets that were read; 812 were not: EtherType 0x1234.',
    ],
    [
      'nothing that could be read',
      {
        ledger: ledger(
          [],
          [],
          [capture({ packets: 69, complete: false, damaged: false, unreadPackets: unread(69, 'link type usbpcap') })],
        ),
      },
      'Nothing could be read: 69 packets of link type usbpcap.',
    ],
    [
      'several kinds of unread packets, in several captures',
      {
        ledger: ledger(
          [],
          [],
          [
            capture({ packets: 50, unreadPackets: [...unread(10, 'ESP (IPsec)'), ...unread(1, 'RoCE (RDMA)')] }),
            capture({ path: 'b.pcap', packets: 50, unreadPackets: unread(20, 'ESP (IPsec)') }),
          ],
        ),
      },
      'No SMB in the 69 packets that were read; 31 were not: ESP (IPsec) (30) and RoCE',
    ],
    [
      'only attempts',
      { ledger: ledger([bareConnection({ state: 'attempted' })]) },
      'No findings. 1 SMB connection: not answered.',
    ],
    ['only a negotiate', { ledger: ledger([connection()]) }, 'No findings. 1 SMB connection: without a session.'],
    [
      'attempts of both kinds',
      { ledger: ledger(['attempted', 'refused', 'refused'].map((state) => bareConnection({ state } as never))) },
      'No findings. 3 SMB connections: 2 refused and 1 not answered.',
    ],
    [
      'refused attempts',
      { ledger: ledger(['refused', 'refused'].map((state) => bareConnection({ state } as never))) },
      'No findings. 2 SMB connections: all refused.',
    ],
    [
      'refused logons',
      { ledger: ledger([connection()], [session({ status: 'failed' }), session({ status: 'failed' })]) },
      'No findings. 2 sessions seen: all refused.',
    ],
    [
      'refused and unanswered logons beside a session',
      {
        ledger: ledger(
          [connection()],
          [
            session({ status: 'failed' }),
            session({ status: 'pending', requests: counts(), responses: counts() }),
            session(),
          ],
        ),
      },
      'No findings. 3 sessions seen: 1 refused, 1 not answered and 1 encrypted.',
    ],
    [
      'a session of compressed messages only',
      {
        ledger: ledger(
          [connection()],
          [session({ encryptData: false, requests: counts({ unread: 3 }), responses: counts() })],
        ),
      },
      'No findings. 1 session seen: without traffic to judge by.',
    ],
    [
      'one kind of session',
      { ledger: ledger([connection()], [session(), session()]) },
      'No findings. 2 sessions seen: all encrypted.',
    ],
    [
      'several kinds of session',
      { ledger: ledger([connection()], [session(), signedSession(), clearSession()]) },
      'No findings. 3 sessions seen: 1 encrypted, 1 signed and 1 neither signed nor',
    ],
    [
      'findings below the threshold',
      { findingsHidden: 3 },
      'Nothing at or above the chosen severity; 3 findings are below it.',
    ],
    [
      'findings',
      {
        findings: [
          finding(),
          finding({ severity: 'critical', title: 'SMB1 was negotiated' }),
          finding({ severity: 'low' }),
        ],
      },
      'Act now. 3 findings: 1 critical, 1 high, 1 low. The worst: SMB1 was negotiated.',
    ],
  ])('%s', (_name, overrides, first) => {
    expect(table(overrides).split('\n')[0]).toBe(first)
  })

  it('counts the refused logons among the sessions', () => {
    const sessions = [session(), session({ status: 'failed' }), session({ status: 'failed' })]
    expect(table({ ledger: ledger([connection()], sessions) })).toMatch(/3 sessions, 2\s+refused, 2024-/)
    expect(table({ ledger: ledger([connection()], [session()]) })).not.toContain('refused')
  })

  it('names packets of an unread link type, and does not call their capture damaged', () => {
    const parts = [
      capture({ complete: false, damaged: false, unreadPackets: unread(31, 'link type usbpcap', 'link-type') }),
    ]
    const text = table({ ledger: ledger([connection()], [], parts) })
    expect(text).toContain('31 packets were not read: link type usbpcap.')
    expect(text).not.toContain('damaged')
  })

  it('says when a part could not be read', () => {
    const cut = [capture({ complete: false })]
    expect(table({ ledger: ledger([], [], cut) })).toContain('The capture is cut or damaged')
    expect(table({ ledger: ledger([], [], [...cut, capture({ path: 'b.pcap' })]) })).toContain(
      '1 capture is cut or damaged',
    )
  })
})

describe('table: findings', () => {
  it('say who, what, where in the capture, and what to do', () => {
    expect(table({ findings: [finding()] })).toBe(
      [
        'At risk. 1 high finding. The worst: A session goes unsigned.',
        'Seen: 1 capture, 100 packets, 80 SMB messages, 0 connections, 0 sessions,',
        '2024-05-01 00:00:00 UTC.',
        '',
        'HIGH  A session goes unsigned                                   unsigned-session',
        '  10.0.0.5:50000 -> 10.0.0.10:445  CORP\\alice',
        '    None of the 40 messages between 10.0.0.5 and 10.0.0.10 is signed.',
        '    frame 14: CREATE request, SMB2_FLAGS_SIGNED clear',
        '  Fix: Require signing on the server.',
        '       PS> Set-SmbServerConfiguration -RequireSecuritySignature $true -Force',
        '  More: smblens rules unsigned-session',
        '',
      ].join('\n'),
    )
  })

  it('put the audit before the fix, and offer the fixes that apply', () => {
    const look = {
      setting: 'Turn on the audit.',
      powershell: ['Set-SmbServerConfiguration -AuditSmb1Access $true -Force'],
    }
    const mend = { applies: 'SMB2', setting: 'Do this.', powershell: ['Set-A -B'], audit: look }
    const old = { applies: 'SMB1', setting: 'Do that.', powershell: ['Set-C -D'], audit: null }
    const rules = [rule({ remediation: mend, remediationFor: { smb1: old } })]
    const lines = (...remediations: string[]) =>
      table({ rules, findings: [finding({ remediations })] })
        .split('\n')
        .slice(8)
    expect(lines('')).toEqual([
      '  First: Turn on the audit.',
      '         PS> Set-SmbServerConfiguration -AuditSmb1Access $true -Force',
      '  Then: Do this.',
      '        PS> Set-A -B',
      '  More: smblens rules unsigned-session',
      '',
    ])
    expect(lines('smb1').slice(0, 2)).toEqual(['  Fix: Do that.', '       PS> Set-C -D'])
    expect(lines('', 'smb1').slice(2, 5)).toEqual([
      '  Then: SMB2: Do this. SMB1: Do that.',
      '        PS> Set-A -B',
      '        PS> Set-C -D',
    ])
  })

  it('come by severity', () => {
    const findings = (['low', 'critical', 'info', 'high', 'medium'] as const).map((severity) => finding({ severity }))
    const headings = table({ findings }).match(/^(CRITICAL|HIGH|MEDIUM|LOW|INFO)/gm)
    expect(headings).toEqual(['CRITICAL', 'HIGH', 'MEDIUM', 'LOW', 'INFO'])
  })

  it('of one rule share a paragraph, and the rest is counted', () => {
    const findings = Array.from({ length: 200 }, (_, i) =>
      finding({ client: { ip: `10.0.1.${i}`, port: null }, count: i + 1 }),
    )
    const text = table({ findings })
    expect(text.match(/Fix:/g)).toHaveLength(1)
    expect(text).toContain('  10.0.1.1 -> 10.0.0.10:445  CORP\\alice  x2  frame 14\n')
    expect(text).toContain('and 191 more (191 clients, 1 server): --rule unsigned-session --format csv')
    expect(text.split('\n').length).toBeLessThan(30)
  })

  it('name the capture where there are several', () => {
    const captures = [capture(), capture({ path: 'b.pcap' })]
    const evidence: Finding['evidence'] = [
      { capture: 'office.pcap', frame: 3, time: 0, field: 'Command', what: 'first' },
      { capture: 'office.pcap', frame: 9, time: 0, field: 'Command', what: 'again' },
      { capture: 'b.pcap', frame: 4, time: 0, field: 'Command', what: 'again' },
    ]
    const text = table({ ledger: ledger([], [], captures), findings: [finding({ evidence })] })
    expect(text).toContain('office.pcap frame 3: first; also 9, b.pcap 4')
  })

  it('write IPv6 ends so that the port is recognizable', () => {
    const text = table({
      findings: [finding({ client: { ip: '2001:db8::5', port: null }, server: { ip: '2001:db8::9', port: 445 } })],
    })
    expect(text).toContain('2001:db8::5 -> [2001:db8::9]:445')
  })
})

describe('table: the terminal', () => {
  const hostile = finding({
    user: `\x1b]0;owned\x07${'\u202e'}${'x'.repeat(5000)}`,
    message: `user \x1b[2J\x9b31m${'田'.repeat(3000)}`,
    evidence: [{ capture: 'a\x1b[31m.pcap', frame: 1, time: 0, field: 'Command', what: '\x1b[5mblink\n\n\n' }],
  })

  it('gets no control characters and no flood of text from the wire', () => {
    const text = table({ findings: [hostile] })
    expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u)
    expect(text.split('\n').length).toBeLessThan(60)
  })

  it('is never overrun at any width, except by lines to copy', () => {
    const findings = [
      finding(),
      hostile,
      ...Array.from({ length: 12 }, () => finding({ rule: 'ntlm-auth', severity: 'medium' })),
    ]
    fc.assert(
      fc.property(fc.integer({ min: 40, max: 200 }), (width) => {
        for (const line of table({ findings }, width).split('\n')) {
          if (!line.includes('PS>')) expect(displayWidth(line)).toBeLessThanOrEqual(Math.min(width, 132))
        }
      }),
      { numRuns: cases(30) },
    )
  })

  it('gets colour only on request, with the same words', () => {
    const findings = [finding(), finding({ severity: 'critical', rule: 'smb1-negotiated' })]
    const plain = table({ findings, rules: [rule()] })
    const colored = table({ findings, rules: [rule()] }, 80, true)
    expect(plain).not.toContain('\x1b')
    expect(colored).toContain('\x1b[')
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the escapes are what is taken out
    expect(colored.replaceAll(/\x1b\[[0-9;]*m/g, '')).toBe(plain)
  })
})
