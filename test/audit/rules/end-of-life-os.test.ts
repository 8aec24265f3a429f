import { endOfLifeOs } from '../../../src/audit/rules/end-of-life-os.ts'
import type { NtlmFacts, OsVersion } from '../../../src/ledger/logon-facts.ts'
import type { ConnectionFacts, SessionFacts } from '../../../src/ledger/smb-facts.ts'
import {
  at,
  clearSession,
  connection,
  ledger,
  logon,
  negotiateRequest,
  negotiateResponse,
  ntlm,
  session,
  smb1,
} from '../../support/facts.ts'
import { describeRule } from '../../support/rules.ts'

// Facts are of 2024-05-01.
const YEAR = 365.25 * 86_400e6

function version(major: number, minor: number, build: number): OsVersion {
  return { major, minor, build }
}

const WINDOWS_7 = version(6, 1, 7601)

function challenge(of: OsVersion | null, later = 0): NonNullable<NtlmFacts['challenge']> {
  return {
    ...at(7),
    time: at(7).time + later,
    flags: 0,
    serverChallenge: '0011223344556677',
    version: of,
    nbComputer: 'FILES',
    nbDomain: 'CORP',
    dnsComputer: null,
    dnsDomain: null,
    hasTimestamp: true,
  }
}

/** At 2.1, the newest that Windows 7 knows. */
const at21 = connection({
  negotiateRequest: negotiateRequest({ dialects: [0x0202, 0x0210] }),
  negotiateResponse: negotiateResponse({ dialect: 0x0210 }),
})

const at311 = connection()

function ofServer(os: OsVersion | null, on: ConnectionFacts = at21, later = 0): SessionFacts {
  return session({
    on,
    auth: 'ntlmv2',
    logons: [logon({ ntlm: ntlm({ version: null }, { challenge: challenge(os, later) }) })],
  })
}

function ofClient(os: OsVersion | null, on: ConnectionFacts = at21): SessionFacts {
  return session({ on, auth: 'ntlmv2', logons: [logon({ ntlm: ntlm({ version: os }) })] })
}

const overSmb1 = connection({ negotiateRequest: null, negotiateResponse: null, smb1: smb1() })

function native(nativeOs: SessionFacts['nativeOs'], more: Partial<SessionFacts> = {}): SessionFacts {
  return clearSession({
    on: overSmb1,
    family: 'smb1',
    logons: [logon({ auth: 'ntlmv1', ntlm: null })],
    nativeOs,
    ...more,
  })
}

describeRule(endOfLifeOs, {
  fires: [
    {
      when: 'a server names a build whose support had ended',
      ledger: ledger([at21], [ofServer(WINDOWS_7)]),
      severity: 'high',
      says: [
        '10.0.0.10 names build 6.1.7601, Windows 7 SP1 or Server 2008 R2 SP1. Support had ended on 2020-01-14, before this capture',
        'Extended Security Updates were on sale until 2023-01-10',
      ],
      frames: [7],
      user: null,
    },
    {
      when: 'a client does',
      ledger: ledger([at21], [ofClient(WINDOWS_7)]),
      severity: 'medium',
      says: [/^10\.0\.0\.5 names build/],
      frames: [8],
      user: null,
    },
    {
      when: 'a long-term edition of the build was still supported',
      ledger: ledger([at311], [ofClient(version(10, 0, 10240), at311)]),
      severity: 'low',
      says: ['ended on 2017-05-09, except for long-term editions, the last of which ends on 2025-10-14'],
    },
    {
      when: 'that one has ended too',
      ledger: ledger([at311], [ofServer(version(10, 0, 10240), at311, 2 * YEAR)]),
      severity: 'high',
      says: ['Support had ended on 2025-10-14'],
    },
    {
      when: 'a server calls itself Windows XP in SMB1',
      ledger: ledger([overSmb1], [native({ client: null, server: 'Windows 5.1' })]),
      severity: 'high',
      says: ['10.0.0.10 calls itself "Windows 5.1", Windows XP.'],
      frames: [9],
    },
    {
      when: 'a client does',
      ledger: ledger([overSmb1], [native({ client: 'Windows 2002 Service Pack 2 2600', server: 'Unix' })]),
      severity: 'high',
      says: ['10.0.0.5 calls itself', 'Windows XP'],
      frames: [6],
    },
    {
      when: 'the server refused the logon, so that its answer names no system, and the answer before did',
      ledger: ledger(
        [overSmb1],
        [
          native(
            { client: null, server: 'Windows Server 2003 3790 Service Pack 2' },
            { status: 'failed', logons: [logon({ ntlm: ntlm({ version: null }, { challenge: challenge(null) }) })] },
          ),
        ],
      ),
      severity: 'high',
      frames: [7],
    },
    {
      when: 'several clients see the same server',
      ledger: ledger(
        [at21, connection({ ...at21, id: 'second', client: '10.0.0.6', firstFrame: 3 })],
        [
          ofServer(WINDOWS_7),
          ofServer(WINDOWS_7, connection({ ...at21, id: 'second', client: '10.0.0.6', firstFrame: 3 })),
        ],
      ),
      severity: 'high',
      count: 2,
    },
  ],
  silent: [
    { when: 'support had not ended', ledger: ledger([at311], [ofServer(version(10, 0, 19045), at311)]) },
    {
      when: 'one of the releases with the build is supported: Server 2019',
      ledger: ledger([at311], [ofClient(version(10, 0, 17763), at311)]),
    },
    {
      when: 'later releases name the same build: 22H2 names 19041',
      ledger: ledger([at311], [ofClient(version(10, 0, 19041), at311)]),
    },
    { when: 'the build is not in the table', ledger: ledger([at311], [ofServer(version(10, 0, 17784), at311)]) },
    { when: 'it is no Windows: Samba and impacket send 6.1.0', ledger: ledger([at21], [ofServer(version(6, 1, 0))]) },
    { when: 'no version is sent', ledger: ledger([at21], [ofServer(null), ofClient(null)]) },
    {
      when: 'the server chose a dialect that is newer than the Windows it names',
      ledger: ledger([at311], [ofServer(WINDOWS_7, at311)]),
    },
    {
      when: 'the client offered one',
      ledger: ledger([at311], [ofClient(version(6, 1, 7600), at311), ofClient(version(5, 1, 2600), at311)]),
    },
    {
      when: 'the client listed SMB2 in the old opening',
      ledger: ledger(
        [
          connection({
            negotiateRequest: null,
            negotiateResponse: null,
            smb1: {
              ...smb1(),
              negotiateRequest: { ...at(4), dialects: ['NT LM 0.12', 'SMB 2.???'], dialectsCut: false },
            },
          }),
        ],
        [ofClient(version(5, 1, 2600), overSmb1)],
      ),
    },
    {
      when: 'the planned end came after the day of the table: it may have been changed',
      ledger: ledger([at311], [ofServer(version(10, 0, 17763), at311, 10 * YEAR)]),
    },
    { when: 'Samba names itself', ledger: ledger([overSmb1], [native({ client: 'Unix', server: 'Samba 3.6.3' })]) },
    {
      when: 'NativeOS names no build',
      ledger: ledger([overSmb1], [native({ client: 'Windows 6.1', server: 'Windows' })]),
    },
    { when: 'Kerberos names no system', ledger: ledger([at311], [session({ on: at311 })]) },
  ],
})
