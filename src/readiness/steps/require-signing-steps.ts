import type { ControlSteps } from '../control-steps.ts'

export const requireSigningSteps: ControlSteps = {
  control: 'require-signing',
  protects:
    'Without it a logon that somebody relays to the server succeeds, and whoever sits between client and server changes what is read and written. ' +
    'A server that requires signing stops both, whatever its clients are set to.',
  audit: {
    setting:
      'Log who cannot sign. Servers, from Windows 11 24H2 and Windows Server 2025, and earlier with the updates of September 2025 (KB5066913): ' +
      'Computer Configuration > Administrative Templates > Network > Lanman Server > "Audit client does not support signing": Enabled. Clients ' +
      'of 24H2 and 2025: Lanman Workstation > "Audit server does not support signing": Enabled. The events are in the logs ' +
      'Microsoft-Windows-SMBServer/Audit (3021) and Microsoft-Windows-SMBClient/Audit. They go by what a client claims; a client that claims to ' +
      'sign and does not is found only by what it sent. Samba servers: smbstatus shows which sessions are signed.',
    powershell: [
      'Set-SmbServerConfiguration -AuditClientDoesNotSupportSigning $true -Force',
      'Set-SmbClientConfiguration -AuditServerDoesNotSupportSigning $true -Force',
    ],
    samba: [],
  },
  enforce: {
    setting:
      'Security Options: "Microsoft network server: Digitally sign communications (always)": Enabled on servers; then "Microsoft network client: ' +
      'Digitally sign communications (always)": Enabled on clients, which also ends guest access.',
    powershell: [
      'Set-SmbServerConfiguration -RequireSecuritySignature $true -Force',
      'Set-SmbClientConfiguration -RequireSecuritySignature $true -Force',
    ],
    samba: ['server signing = mandatory', 'client signing = required'],
  },
  undo: {
    setting: 'The same two settings: Disabled. New connections follow at once.',
    powershell: [
      'Set-SmbServerConfiguration -RequireSecuritySignature $false -Force',
      'Set-SmbClientConfiguration -RequireSecuritySignature $false -Force',
    ],
    samba: ['server signing = default', 'client signing = default'],
  },
  proof:
    'The finding signing-not-required is gone for the server, and unsigned-session for its clients: sessions with a key are signed or encrypted.',
  unseen:
    'whether a client that never had to sign can: the bit "signing enabled" is a claim that some clients make and do not keep; and whether ' +
    'a signature is right, which takes the key.',
  references: [
    'https://learn.microsoft.com/windows-server/storage/file-server/smb-signing',
    'https://support.microsoft.com/help/5066913',
    '[MS-SMB2] 3.3.5.5.3',
    'smb.conf(5): server signing, client signing',
  ],
}
