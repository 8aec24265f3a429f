import type { ConnectionFacts } from '../../ledger/smb-facts.ts'
import type { AuditFacts } from '../rule/audit-facts.ts'
import {
  BORDER_REFERENCES,
  type Crossings,
  crossings,
  draftOfCrossing,
  furthestStages,
  type Stage,
  type Stages,
  subjectOfAttempts,
} from '../rule/border-crossing.ts'
import { ATTACK } from '../rule/identifiers.ts'
import type { Draft, Severity, SurveyingRule } from '../rule/rule.ts'
import { place } from '../rule/wording.ts'

const SEVERITY: Record<Stage, Severity> = {
  refused: 'info',
  attempted: 'low',
  established: 'high',
  credentials: 'high',
}

/** Connections between zones that the policy does not allow. */
const forbidden: Crossings = (facts) => facts.ledger.connections.filter((each) => zonesOf(facts, each) !== null)

/** The zones of both ends; null unless the policy forbids this direction. */
function zonesOf({ policy: { zones }, namesOf }: AuditFacts, connection: ConnectionFacts) {
  const client = zones.zoneOf(connection.client.ip, namesOf(connection, connection.client.ip))
  if (client === null) return null
  const server = zones.zoneOf(connection.server.ip, namesOf(connection, connection.server.ip))
  return server !== null && zones.mayReach(client, server) === false ? { client, server } : null
}

export const segmentationViolation: SurveyingRule<Stages> = {
  id: 'segmentation-violation',
  title: 'SMB between forbidden zones',
  severity: 'high',
  guide: 'Restrict outbound SMB destinations',
  why:
    'Most clients need SMB to a few servers only. If they can also reach each other, or servers of another part of the network, one ' +
    'infected machine reaches all of them: this is how ransomware and stolen passwords spread.',
  how:
    'A policy file (--policy) names zones and which of them may open SMB connections to which. Each end of a connection is in the zone ' +
    'with the longest prefix for its address, or, if its address is in none, in the zone that has one of its names. High if the ' +
    'connection was established; low if it was tried and not answered, which a filter that drops packets looks like, and so does a ' +
    'capture without the answer; info if it was refused with a reset. Each pair of hosts counts once, at the furthest stage that any of ' +
    'its connections reached; attempts are counted per client. Silent without a policy file, for hosts in no zone, and for pairs of ' +
    'zones of which the policy says nothing.',
  remediation: {
    setting:
      'Between the networks: allow TCP 445 and 139 only where the policy does. On the hosts: Windows Defender Firewall > Inbound Rules > ' +
      '"File and Printer Sharing (SMB-In)": limit the scope to the addresses that need it, or disable the rule on clients, which serve ' +
      'no files. The line below is for clients. If the connection is needed, add its zone to ' +
      'may-reach in the policy.',
    powershell: [
      "New-NetFirewallRule -DisplayName 'No SMB to this client' -Direction Inbound -Protocol TCP -LocalPort 445,139 -Action Block",
    ],
    audit: {
      setting:
        'Log what the firewall drops and allows before a rule blocks anything: Windows Defender Firewall > Properties > Logging. The log is ' +
        'pfirewall.log in %SystemRoot%\\System32\\LogFiles\\Firewall.',
      powershell: [],
    },
  },
  identifiers: [ATTACK.adminShares],
  references: BORDER_REFERENCES,
  falsePositives: [
    'A zone in the policy that is out of date, or names that another host claims: addresses go before names.',
    'A capture made in front of the filter shows attempts that it stops.',
    'Scanners and administrators who reach every zone on purpose: give them a zone of their own, or an exemption.',
  ],
  subject: 'pair',
  survey: furthestStages(forbidden),
  *evaluate(facts: AuditFacts, furthest: Stages): Iterable<Draft> {
    for (const each of crossings(facts, forbidden, furthest)) {
      const { client, server } = each.connection
      const zones = zonesOf(facts, each.connection)!
      yield draftOfCrossing(
        each,
        SEVERITY[each.stage],
        subjectOfAttempts(each),
        (happened) =>
          `SMB from ${client.ip} in ${zones.client} to ${place(server)} in ${zones.server}, which the policy does not allow, ${happened}.`,
      )
    }
  },
}
