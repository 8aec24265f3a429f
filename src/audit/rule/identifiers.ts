/**
 * What a rule is called elsewhere: the lists that people have to report against. Each was looked up in the document that it names; a rule without an entry
 * in a list has none here. The numbers of a CIS benchmark hold for the version that is named.
 */

export interface Identifier {
  scheme: 'mitre-attack' | 'cis-benchmark' | 'disa-stig'
  /** A technique, the number of a recommendation, or the STIG ID of a rule. */
  id: string
  title: string
  /** The document that has it, with its version where the id depends on that. */
  document: string
}

/** For a list: `T1557.001 Name Resolution Poisoning and SMB Relay (MITRE ATT&CK for Enterprise)`. */
export function identifierText({ id, title, document }: Identifier): string {
  return `${id} ${title} (${document})`
}

const attack = (id: string, title: string): Identifier => ({
  scheme: 'mitre-attack',
  id,
  title,
  document: 'MITRE ATT&CK for Enterprise',
})
const cis = (id: string, title: string): Identifier => ({
  scheme: 'cis-benchmark',
  id,
  title,
  document: 'CIS Microsoft Windows Server 2022 Benchmark v5.0.0',
})
/** @param id STIG ID and, in parentheses, the id of the finding */
const stig = (id: string, title: string): Identifier => ({
  scheme: 'disa-stig',
  id,
  title: `Windows Server 2022 ${title}`,
  document: 'DISA Microsoft Windows Server 2022 STIG',
})

export const ATTACK = {
  adversaryInTheMiddle: attack('T1557', 'Adversary-in-the-Middle'),
  smbRelay: attack('T1557.001', 'Name Resolution Poisoning and SMB Relay'),
  sniffing: attack('T1040', 'Network Sniffing'),
  passwordGuessing: attack('T1110.001', 'Password Guessing'),
  passwordCracking: attack('T1110.002', 'Password Cracking'),
  passwordSpraying: attack('T1110.003', 'Password Spraying'),
  shareDiscovery: attack('T1135', 'Network Share Discovery'),
  forcedAuthentication: attack('T1187', 'Forced Authentication'),
  adminShares: attack('T1021.002', 'SMB/Windows Admin Shares'),
  kerberoasting: attack('T1558.003', 'Kerberoasting'),
}

export const CIS = {
  lockoutThreshold: cis(
    '1.2.2',
    "Ensure 'Account lockout threshold' is set to '5 or fewer invalid logon attempt(s), but not 0'",
  ),
  clientSigning: cis(
    '2.3.8.1',
    "Ensure 'Microsoft network client: Digitally sign communications (always)' is set to 'Enabled'",
  ),
  plaintextPassword: cis(
    '2.3.8.2',
    "Ensure 'Microsoft network client: Send unencrypted password to third-party SMB servers' is set to 'Disabled'",
  ),
  serverSigning: cis(
    '2.3.9.2',
    "Ensure 'Microsoft network server: Digitally sign communications (always)' is set to 'Enabled'",
  ),
  anonymousAccess: cis(
    '2.3.10.10',
    "Ensure 'Network access: Restrict anonymous access to Named Pipes and Shares' is set to 'Enabled'",
  ),
  kerberosTypes: cis(
    '2.3.11.4',
    "Ensure 'Network security: Configure encryption types allowed for Kerberos' is set to 'AES128_HMAC_SHA1, AES256_HMAC_SHA1, Future encryption types'",
  ),
  lanManagerLevel: cis(
    '2.3.11.7',
    "Ensure 'Network security: LAN Manager authentication level' is set to 'Send NTLMv2 response only. Refuse LM & NTLM'",
  ),
  outgoingNtlm: cis(
    '2.3.11.13',
    "Ensure 'Network security: Restrict NTLM: Outgoing NTLM traffic to remote servers' is set to 'Audit all' or higher",
  ),
  smb1Client: cis(
    '18.4.2',
    "Ensure 'Configure SMB v1 client driver' is set to 'Enabled: Disable driver (recommended)'",
  ),
  smb1Server: cis('18.4.3', "Ensure 'Configure SMB v1 server' is set to 'Disabled'"),
  minimumDialect: cis('18.6.7.1', "Ensure 'Mandate the minimum version of SMB' is set to 'Enabled: 3.1.1'"),
  guestLogons: cis('18.6.8.1', "Ensure 'Enable insecure guest logons' is set to 'Disabled'"),
  hardenedPaths: cis(
    '18.6.14.1',
    'Ensure \'Hardened UNC Paths\' is set to \'Enabled, with "Require Mutual Authentication", "Require Integrity", and "Require Privacy" set for all NETLOGON and SYSVOL shares\'',
  ),
}

export const STIG = {
  smb1: stig('WN22-00-000380 (V-254275)', 'must not have the Server Message Block (SMB) v1 protocol installed.'),
  lockoutThreshold: stig(
    'WN22-AC-000020 (V-254286)',
    'must have the number of allowed bad logon attempts configured to three or less.',
  ),
  guestLogons: stig('WN22-CC-000070 (V-254339)', 'insecure logons to an SMB server must be disabled.'),
  hardenedPaths: stig(
    'WN22-CC-000080 (V-254340)',
    'hardened Universal Naming Convention (UNC) paths must be defined to require mutual authentication and integrity for at least the \\\\*\\SYSVOL and \\\\*\\NETLOGON shares.',
  ),
  clientSigning: stig(
    'WN22-SO-000160 (V-254460)',
    'setting Microsoft network client: Digitally sign communications (always) must be configured to Enabled.',
  ),
  plaintextPassword: stig(
    'WN22-SO-000180 (V-254462)',
    'unencrypted passwords must not be sent to third-party Server Message Block (SMB) servers.',
  ),
  serverSigning: stig(
    'WN22-SO-000190 (V-254463)',
    'setting Microsoft network server: Digitally sign communications (always) must be configured to Enabled.',
  ),
  anonymousAccess: stig('WN22-SO-000250 (V-254469)', 'must restrict anonymous access to Named Pipes and Shares.'),
  kerberosTypes: stig(
    'WN22-SO-000290 (V-254473)',
    'Kerberos encryption types must be configured to prevent the use of DES and RC4 encryption suites.',
  ),
  lanManagerLevel: stig(
    'WN22-SO-000310 (V-254475)',
    'LAN Manager authentication level must be configured to send NTLMv2 response only and to refuse LM and NTLM.',
  ),
}
