/** Findings, rules and reports for tests of the output. */
import type { Finding } from '../../src/audit/finding.ts'
import type { Rule } from '../../src/audit/rule/rule.ts'
import type { TextSink } from '../../src/base/text-sink.ts'
import { defaultPolicy } from '../../src/policy/default-policy.ts'
import type { Networks } from '../../src/policy/networks.ts'
import type { Report } from '../../src/report/records/report.ts'
import { at, CAPTURE, CAPTURE_ID, capture, ledger } from './facts.ts'

/** 10.0.0.0/8 is internal. */
export const NETWORKS: Networks = {
  isInternal: (ip) => ip.startsWith('10.'),
  direction(client, server) {
    if (this.isInternal(client)) return this.isInternal(server) ? 'internal' : 'outbound'
    return this.isInternal(server) ? 'inbound' : 'external'
  },
}

export const POLICY = defaultPolicy(NETWORKS)

export function rule(overrides: Partial<Rule> = {}): Rule {
  return {
    id: 'unsigned-session',
    title: 'A session goes unsigned',
    severity: 'high',
    guide: 'Require SMB signing',
    why: 'Whoever sits between can change it.',
    how: 'By the messages after the session setup.',
    remediation: {
      setting: 'Require signing on the server.',
      powershell: ['Set-SmbServerConfiguration -RequireSecuritySignature $true -Force'],
      audit: null,
    },
    identifiers: [],
    references: ['https://learn.microsoft.com/windows-server/storage/file-server/smb-signing-overview'],
    falsePositives: [],
    subject: 'pair',
    evaluate: () => [],
    ...overrides,
  }
}

export function finding(overrides: Partial<Finding> = {}): Finding {
  const id = overrides.rule ?? 'unsigned-session'
  return {
    id: `${id} office.pcap 10.0.0.5 10.0.0.10 alice`,
    rule: id,
    severity: 'high',
    subject: {
      kind: 'pair',
      client: '10.0.0.5',
      server: '10.0.0.10',
      port: null,
      domain: 'corp',
      user: 'alice',
      about: null,
    },
    title: 'A session goes unsigned',
    message: 'None of the 40 messages between 10.0.0.5 and 10.0.0.10 is signed.',
    capture: CAPTURE,
    captureId: CAPTURE_ID,
    connection: 'office.pcap 10.0.0.5:50000 10.0.0.10:445 1',
    session: null,
    client: { ip: '10.0.0.5', port: 50_000 },
    server: { ip: '10.0.0.10', port: 445 },
    user: 'CORP\\alice',
    firstTime: at(14).time,
    lastTime: at(40).time,
    count: 1,
    evidence: [
      { capture: CAPTURE, ...at(14), field: 'RequestSignature', what: 'CREATE request, SMB2_FLAGS_SIGNED clear' },
    ],
    wiresharkFilter: 'frame.number == 14',
    remediations: [''],
    ...overrides,
  }
}

/** A report of these findings over one capture, with a rule for each. */
export function report(overrides: Partial<Report> = {}): Report {
  const findings = overrides.findings ?? []
  return {
    ledger: ledger([], [], [capture()]),
    policy: POLICY,
    findings,
    findingsHidden: 0,
    inputsUnread: 0,
    rules: [...new Set([...findings].map((f) => f.rule))].map((id) => rule({ id })),
    durationMs: 12.4,
    ...overrides,
  }
}

/** Stores what is written. */
export function textOf(write: (sink: TextSink) => void): string {
  const parts: string[] = []
  write({ write: (text) => void parts.push(text) })
  return parts.join('')
}
