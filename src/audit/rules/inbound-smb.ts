import type { AuditFacts } from '../rule/audit-facts.ts'
import {
  BORDER_REFERENCES,
  crossing,
  crossings,
  draftOfCrossing,
  furthestStages,
  type Stage,
  type Stages,
} from '../rule/border-crossing.ts'
import { ATTACK } from '../rule/identifiers.ts'
import type { Draft, Severity, SurveyingRule } from '../rule/rule.ts'
import { place } from '../rule/wording.ts'

const SEVERITY: Record<Stage, Severity> = {
  refused: 'info',
  attempted: 'medium',
  established: 'critical',
  credentials: 'critical',
}

const inbound = crossing('inbound')

export const inboundSmb: SurveyingRule<Stages> = {
  id: 'inbound-smb',
  title: 'SMB enters the network',
  severity: 'critical',
  guide: 'Restrict outbound SMB destinations',
  why:
    'An SMB server that the internet can reach is found within minutes, and then open to every flaw of its implementation and to the ' +
    'guessing of passwords, without a mistake by anybody inside.',
  how:
    'The opener of the TCP connection has an external address, the server an internal one (what is external: see outbound-smb). Info ' +
    'if the server refused with a reset; medium if it did not answer, because the packet came in all the same; critical if the ' +
    'connection was established, whatever happened afterwards. Counted per server; clients that sent credentials or had a session are ' +
    'separate findings, one for each pair of hosts.',
  remediation: {
    setting:
      'Block TCP 445 and 139 from the internet at the border. Give users who need files from outside a VPN or SMB over QUIC. On the ' +
      'server, restrict the firewall rules of "File and Printer Sharing" to the addresses that need it.',
    powershell: [
      "New-NetFirewallRule -DisplayName 'Block SMB from the internet' -Direction Inbound -Protocol TCP -LocalPort 445,139 -RemoteAddress Internet -Action Block",
    ],
    audit: null,
  },
  identifiers: [ATTACK.adminShares],
  references: BORDER_REFERENCES,
  falsePositives: [
    'Your own clients with public addresses, such as another site or a VPN pool: name their networks with --internal.',
    'A capture made in front of the firewall shows attempts that it stops.',
    'A honeypot accepts connections from outside on purpose.',
  ],
  subject: 'server',
  survey: furthestStages(inbound),
  *evaluate(facts: AuditFacts, furthest: Stages): Iterable<Draft> {
    for (const each of crossings(facts, inbound, furthest)) {
      const { client, server } = each.connection
      yield draftOfCrossing(
        each,
        SEVERITY[each.stage],
        each.pairStage === 'credentials' ? 'pair' : 'server',
        (happened) => `SMB from ${client.ip}, outside the network, to ${place(server)} ${happened}.`,
      )
    }
  },
}
