import { smb1Use } from '../../ledger/derived/dialect.ts'
import { hasKey } from '../../ledger/derived/protection.ts'
import { finalServerSigning } from '../../ledger/derived/signing.ts'
import type { SigningMode } from '../../ledger/smb-facts.ts'
import type { AuditFacts } from '../rule/audit-facts.ts'
import { cite } from '../rule/evidence.ts'
import { serverKey } from '../rule/hosts.ts'
import { ATTACK, CIS, STIG } from '../rule/identifiers.ts'
import type { Draft, SurveyingRule } from '../rule/rule.ts'
import { forgetOldest, remember, type Survey } from '../rule/survey.ts'
import { hex, place } from '../rule/wording.ts'
import { AUDIT_SIGNING } from './unsigned-session.ts'

/** By server, as `serverKey` names it: must every session with a key that it granted be encrypted? */
type Encryption = Map<string, boolean>

const encryption: Survey<Encryption> = {
  start: () => new Map(),
  note({ ledger, connectionOf }, encryptsAll) {
    for (const session of ledger.sessions) {
      if (session.status !== 'established' || session.encryptData === null || !hasKey(session)) continue
      const key = serverKey(connectionOf(session))
      // Once one session need not be encrypted, the result stays false.
      remember(encryptsAll, key, session.encryptData && encryptsAll.get(key) !== false)
    }
  },
  bound: forgetOldest,
}

export const signingNotRequired: SurveyingRule<Encryption> = {
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
    'per server. Low if all sessions of users that the server granted in this capture must be encrypted (SessionFlags ENCRYPT_DATA): ' +
    'a relayed logon has no key for that. Silent if the response was not seen.',
  remediation: {
    applies: 'SMB2 and SMB3',
    audit: AUDIT_SIGNING.server,
    setting:
      'Security Options on the server: "Microsoft network server: Digitally sign communications (always)": Enabled. ' +
      'Samba: server signing = mandatory. Requiring encryption for the whole server, with unencrypted access rejected, does the same.',
    powershell: ['Set-SmbServerConfiguration -RequireSecuritySignature $true -Force'],
  },
  remediationFor: {
    smb1: {
      applies: 'SMB1',
      setting:
        'Remove SMB1 from the server. Until then: Security Options, "Microsoft network server: Digitally sign communications (always)": ' +
        'Enabled. Samba: server signing = mandatory.',
      powershell: ['Set-SmbServerConfiguration -RequireSecuritySignature $true -Force'],
      audit: AUDIT_SIGNING.server,
    },
  },
  identifiers: [ATTACK.smbRelay, CIS.serverSigning, STIG.serverSigning],
  references: [
    '[MS-SMB2] 2.2.4',
    '[MS-SMB2] 3.3.5.4',
    '[MS-CIFS] 2.2.4.52.2',
    'https://learn.microsoft.com/windows-server/storage/file-server/smb-signing',
    'CVE-2025-33073',
  ],
  falsePositives: [
    'A server that requires encryption of every session, and rejects what is not encrypted, stops relayed logons too. Encryption of single ' +
      'shares is not enough, and whether unencrypted access is rejected does not show in the traffic.',
    'A host outside of your administration: the finding is true, but you cannot fix it.',
  ],
  subject: 'server',
  survey: encryption,
  *evaluate({ ledger }: AuditFacts, encryptsAll: Encryption): Iterable<Draft> {
    for (const connection of ledger.connections) {
      const policy = finalServerSigning(connection)
      if (policy === null || policy.mode === 'required') continue
      const encrypts = encryptsAll.get(serverKey(connection)) === true
      yield {
        severity: encrypts ? 'low' : 'medium',
        ...(smb1Use(connection) !== null && { remediation: 'smb1' }),
        connection,
        session: null,
        at: policy.at,
        explain: () => {
          const able = ABILITIES[policy.mode]
          return {
            message: encrypts
              ? `${place(connection.server)} ${able}; it requires encryption of every session that was seen, which a relayed logon cannot meet.`
              : `${place(connection.server)} ${able}: logons can be relayed to it.`,
            evidence: [
              cite(
                policy.at,
                'SecurityMode',
                `SecurityMode ${hex(policy.securityMode, 2)}: signing ${policy.mode}, not required`,
              ),
            ],
          }
        },
      }
    }
  },
}

const ABILITIES: Record<SigningMode, string> = {
  none: 'does not offer signing',
  enabled: 'signs only on request',
  required: 'requires signing',
}
