import type { AuditFacts } from '../rule/audit-facts.ts'
import {
  BORDER_REFERENCES,
  crossing,
  crossings,
  draftOfCrossing,
  furthestStages,
  type Stage,
  type Stages,
  subjectOfAttempts,
} from '../rule/border-crossing.ts'
import { cite, start } from '../rule/evidence.ts'
import { ATTACK } from '../rule/identifiers.ts'
import type { Draft, Severity, SurveyingRule } from '../rule/rule.ts'
import { place } from '../rule/wording.ts'

const SEVERITY: Record<Stage, Severity> = {
  refused: 'info',
  attempted: 'low',
  established: 'high',
  credentials: 'critical',
}

const outbound = crossing('outbound')
const external = crossing('external')

export const outboundSmb: SurveyingRule<Stages> = {
  id: 'outbound-smb',
  title: 'SMB leaves the network',
  severity: 'critical',
  guide: 'Restrict outbound SMB destinations',
  why:
    "A link in a mail or a picture in a document is enough to make Windows connect to an SMB server anywhere and log on with the user's " +
    'credentials. The response can be cracked or relayed from there, and files can leave the same way.',
  how:
    'The opener of the TCP connection has an internal address, the other end an external one. External is every address that is not ' +
    'private, shared (100.64.0.0/10), loopback, link-local, unique-local, multicast, broadcast, unspecified or named with --internal; ' +
    'documentation addresses count as external, and IPv6 addresses that carry an IPv4 address are judged by it. Info if the attempt ' +
    'was refused with a reset; low if it was not answered; high if the connection was established; critical if credentials ' +
    'were sent or a session was in use. Each pair of hosts counts once, at the furthest stage that any of its connections reached; ' +
    'attempts are counted per client. If both ends are external, there is one info for the capture: it shows transit, or an estate ' +
    'with public addresses of its own.',
  remediation: {
    setting:
      'Block TCP 445 and 139 to the internet at the border, and on laptops by the host firewall, which goes with them. If cloud storage ' +
      'needs it, go through a VPN or SMB over QUIC, or allow single destinations. Networks of your own with public addresses: name them ' +
      'with --internal.',
    powershell: [
      "New-NetFirewallRule -DisplayName 'Block SMB to the internet' -Direction Outbound -Protocol TCP -RemotePort 445,139 -RemoteAddress Internet -Action Block",
    ],
    applies: 'from inside',
    audit: null,
  },
  remediationFor: {
    external: {
      applies: 'both ends outside',
      setting:
        'Nothing to block: none of the addresses is known to be yours. Name your networks with public addresses with --internal.',
      powershell: [],
      audit: null,
    },
  },
  identifiers: [ATTACK.forcedAuthentication],
  references: [...BORDER_REFERENCES, 'CVE-2023-23397'],
  falsePositives: [
    'An estate with public addresses of its own (universities, large companies): name its networks with --internal.',
    'Cloud storage over the internet on purpose, such as Azure Files with encryption required.',
    'Address translation at a VPN that gives internal servers public addresses.',
  ],
  subject: 'pair',
  survey: furthestStages(outbound),
  *evaluate(facts: AuditFacts, furthest: Stages): Iterable<Draft> {
    for (const each of crossings(facts, outbound, furthest)) {
      const { client, server } = each.connection
      yield draftOfCrossing(
        each,
        SEVERITY[each.stage],
        subjectOfAttempts(each),
        (happened) => `SMB from ${client.ip} to ${place(server)}, outside the network, ${happened}.`,
      )
    }
    for (const connection of external(facts)) {
      const { client, server } = connection
      const at = start(connection)
      yield {
        severity: 'info',
        subject: 'capture',
        remediation: 'external',
        connection,
        session: null,
        at,
        explain: () => ({
          message:
            `Neither end of a connection is inside the network (${client.ip} to ${place(server)}); ` +
            'if one of them is yours, name its network with --internal.',
          evidence: [cite(at, 'Endpoints', 'first frame of the connection')],
        }),
      }
    }
  },
}
