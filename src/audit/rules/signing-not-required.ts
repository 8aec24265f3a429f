import { cite, hex, place, serverSigning } from '../predicates.ts'
import type { AuditFacts, Draft, Rule } from '../rule.ts'

export const signingNotRequired: Rule = {
  id: 'signing-not-required',
  title: 'Server does not require signing',
  severity: 'medium',
  guide: 'Use UNC hardening to require signing, encryption, and mutual authentication',
  why:
    'A logon that is relayed to this server succeeds: the attacker does not know the session key, and the server does not ask for what ' +
    "only the key can make. Every user who can be led to the attacker's host opens this server for them, whatever the users' own " +
    'computers require.',
  how:
    'The NEGOTIATE response that decided the dialect lacks SMB2_NEGOTIATE_SIGNING_REQUIRED (SMB1: ' +
    'NEGOTIATE_SECURITY_SIGNATURES_REQUIRED). Read from that bit alone: single frames are signed in sessions that are not. Counted once ' +
    'per server. Silent where the response was not seen.',
  remediation: {
    setting:
      'Security Options on the server: "Microsoft network server: Digitally sign communications (always)": Enabled. ' +
      'Samba: server signing = mandatory. Requiring encryption for the whole server does the same.',
    powershell: ['Set-SmbServerConfiguration -RequireSecuritySignature $true -Force'],
  },
  references: [
    '[MS-SMB2] 2.2.4',
    '[MS-SMB2] 3.3.5.4',
    '[MS-CIFS] 2.2.4.52.2',
    'https://learn.microsoft.com/windows-server/storage/file-server/smb-signing',
    'CVE-2025-33073',
  ],
  falsePositives: [
    'A server that requires encryption for every session refuses relayed logons too; its shares may require it one by one, which is not enough.',
    'A host outside of your administration: the finding is true, but not yours to mend.',
  ],
  subject: 'server',
  *evaluate({ ledger }: AuditFacts): Iterable<Draft> {
    for (const connection of ledger.connections) {
      const policy = serverSigning(connection)
      if (policy === null || policy.mode === 'required') continue
      yield {
        severity: 'medium',
        connection,
        session: null,
        at: policy.at,
        explain: () => {
          const able = policy.mode === 'enabled' ? 'signs only on request' : 'does not offer signing'
          return {
            message: `${place(connection.server)} ${able}: logons can be relayed to it.`,
            evidence: [
              cite(policy.at, `SecurityMode ${hex(policy.securityMode, 2)}: signing ${policy.mode}, not required`),
            ],
          }
        },
      }
    }
  },
}
