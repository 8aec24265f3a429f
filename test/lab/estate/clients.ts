/** The clients of the estate: what an administrator finds who looks at a network that nobody has hardened. */
import {
  curl,
  GUEST,
  impacket,
  inTurn,
  type Job,
  KERBEROS,
  KERBEROS_DESIRED,
  KERBEROS_RC4,
  KERBEROS_UNKNOWN_REALM,
  listShares,
  NULL_SESSION,
  rclone,
  rpcclient,
  type SmbclientJob,
  smbclient,
  smbget,
  UNKNOWN_USER,
} from './jobs.ts'
import { SERVER_NAME } from './kerberos.ts'
import { OUTSIDE } from './network.ts'

export interface Client {
  /** As the table names it. */
  id: string
  /** The program that it is. */
  program: 'smbclient' | 'smbget' | 'rpcclient' | 'impacket' | 'curl' | 'rclone'
  job: Job
  /** It uses a path that Windows hardens by itself. */
  hardenedPath: boolean
}

const NT1 = ['client min protocol = NT1', 'client max protocol = NT1']
const only = (dialect: string) => [`client min protocol = ${dialect}`, `client max protocol = ${dialect}`]
const BARE = ['client use spnego = no']
const NTLMV1 = ['client ntlmv2 auth = no']
const PUBLIC = { share: 'public' }
const BY_NAME = { to: SERVER_NAME }
const SYSVOL = { ...BY_NAME, share: 'sysvol' }

/** smbclient, which lists a share, reads a file, writes one and reads it back. */
const visits = (id: string, visit: SmbclientJob = {}): Client => ({
  id,
  program: 'smbclient',
  job: smbclient(visit),
  hardenedPath: visit.share === 'sysvol',
})
const other = (id: string, program: Client['program'], job: Job): Client => ({ id, program, job, hardenedPath: false })

export const CLIENTS: readonly Client[] = [
  // SMB1
  visits('smb1', { settings: NT1 }),
  visits('smb1-signing-off', { settings: [...NT1, 'client signing = disabled'] }),
  visits('smb1-signing-desired', { settings: [...NT1, 'client signing = desired'] }),
  visits('smb1-no-spnego-ntlmv1', { settings: [...NT1, ...BARE, ...NTLMV1] }),
  visits('smb1-lanman', {
    settings: [
      'client min protocol = LANMAN1',
      'client max protocol = LANMAN2',
      ...BARE,
      ...NTLMV1,
      'client lanman auth = yes',
    ],
  }),
  visits('smb1-guest', { ...PUBLIC, as: UNKNOWN_USER, settings: NT1 }),
  other('smb1-null-list', 'smbclient', listShares({ settings: NT1 })),
  other('impacket-smb1', 'impacket', impacket('NT LM 0.12')),
  other('curl', 'curl', curl()),

  // Dialects of SMB2 and SMB3
  visits('smb202', { settings: only('SMB2_02') }),
  visits('smb210', { settings: only('SMB2_10') }),
  visits('smb300', { settings: only('SMB3_00') }),
  visits('smb302', { settings: only('SMB3_02') }),
  visits('smb302-encryption-off', { settings: [...only('SMB3_02'), 'client smb encrypt = off'] }),
  visits('smb311'),
  visits('multi-protocol', { settings: ['client min protocol = NT1'] }),
  other('impacket-smb202', 'impacket', impacket('0x0202')),
  other('impacket-smb210', 'impacket', impacket('0x0210')),
  other('impacket-smb300', 'impacket', impacket('0x0300')),
  other('impacket-any', 'impacket', impacket('any')),
  other('rclone', 'rclone', rclone()),
  other('smbget', 'smbget', smbget()),
  other('rpcclient', 'rpcclient', rpcclient()),

  // Signing and encryption
  visits('signing-off', { settings: ['client signing = disabled'] }),
  visits('signing-desired', { settings: ['client signing = desired'] }),
  visits('signing-required', { settings: ['client signing = required'] }),
  visits('encryption-off', { settings: ['client smb encrypt = off'] }),
  visits('encryption-desired', { settings: ['client smb encrypt = desired'] }),
  visits('encryption-required', { settings: ['client smb encrypt = required'] }),

  // Old NTLM
  visits('ntlmv1', { settings: [...NTLMV1, 'ntlmssp_client:ntlm2 = no'] }),
  visits('ntlmv1-ess', { settings: NTLMV1 }),

  // Guests and null sessions
  visits('guest-unknown-user', { ...PUBLIC, as: UNKNOWN_USER }),
  visits('guest-by-name', { ...PUBLIC, as: GUEST }),
  visits('null-share', { ...PUBLIC, as: NULL_SESSION }),
  other('null-list', 'smbclient', listShares()),

  // Kerberos, and NTLM where Kerberos was possible
  visits('kerberos', { ...BY_NAME, as: KERBEROS }),
  visits('kerberos-encrypted', { ...BY_NAME, as: KERBEROS, settings: ['client smb encrypt = required'] }),
  visits('kerberos-desired', { ...BY_NAME, as: KERBEROS_DESIRED }),
  visits('kerberos-smb302', { ...BY_NAME, as: KERBEROS, settings: only('SMB3_02') }),
  other('kerberos-rpcclient', 'rpcclient', rpcclient({ ...BY_NAME, as: KERBEROS })),
  visits('kerberos-rc4', { ...BY_NAME, as: KERBEROS_RC4 }),
  visits('ntlm-by-address', { as: KERBEROS_UNKNOWN_REALM }),
  visits('ntlm-by-name', BY_NAME),
  other('kerberos-and-ntlm', 'smbclient', inTurn(smbclient({ ...BY_NAME, as: KERBEROS }), smbclient())),

  // Shares that Windows hardens by itself
  visits('sysvol-kerberos-signed', { ...SYSVOL, as: KERBEROS, settings: ['client signing = required'] }),
  visits('sysvol-kerberos', { ...SYSVOL, as: KERBEROS }),
  visits('sysvol-ntlm', { ...SYSVOL, as: KERBEROS_UNKNOWN_REALM }),
  visits('sysvol-ntlm-by-address', { share: 'sysvol', as: KERBEROS_UNKNOWN_REALM }),

  // A server outside
  visits('outbound', { to: OUTSIDE }),
  visits('outbound-smb1', { to: OUTSIDE, settings: NT1 }),
]
