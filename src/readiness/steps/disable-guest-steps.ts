import type { ControlSteps } from '../control-steps.ts'

export const disableGuestSteps: ControlSteps = {
  control: 'disable-guest',
  protects:
    'A client that accepts guest sessions takes any host for its server: the host needs no password, grants a session that is neither signed nor ' +
    'encrypted, and hands out files of its own.',
  audit: {
    setting:
      'Log who uses guest access. From Windows 11 24H2 and Windows Server 2025: Computer Configuration > Administrative Templates > Network > ' +
      'Lanman Workstation and Lanman Server > "Audit insecure guest logon": Enabled. The events are 31022 of SMBClient and 3023 of SMBServer. ' +
      'Samba servers: the log of authentications names the requests that became a guest.',
    powershell: [
      'Set-SmbClientConfiguration -AuditInsecureGuestLogon $true -Force',
      'Set-SmbServerConfiguration -AuditInsecureGuestLogon $true -Force',
    ],
    samba: ['log level = 1 auth_audit:3'],
  },
  enforce: {
    setting:
      'Windows clients: Computer Configuration > Administrative Templates > Network > Lanman Workstation > "Enable insecure guest logons": ' +
      'Disabled. (The guide says Enabled in this step, which is what permits guests; its PowerShell line is right.) Windows servers: Security ' +
      'Options, "Accounts: Guest account status": Disabled.',
    powershell: [
      'Set-SmbClientConfiguration -EnableInsecureGuestLogons $false -Force',
      'Disable-LocalUser -Name Guest',
    ],
    samba: ['map to guest = Never'],
  },
  undo: {
    setting:
      'The same settings: Enabled. On Samba, the value that was there before, which for guest shares usually is Bad User.',
    powershell: ['Set-SmbClientConfiguration -EnableInsecureGuestLogons $true -Force', 'Enable-LocalUser -Name Guest'],
    samba: ['map to guest = Bad User'],
  },
  proof:
    'The findings guest-session and guest-fallback are gone. A guest-session of severity info says that the client ended the session unused, as ' +
    'it should.',
  unseen:
    'whether a client that was never made a guest would accept it. Null sessions are another control, restrict-anonymous.',
  references: [
    'https://learn.microsoft.com/windows-server/storage/file-server/enable-insecure-guest-logons-smb2-and-smb3',
    'https://learn.microsoft.com/troubleshoot/windows-server/networking/guest-access-in-smb2-is-disabled-by-default',
    'smb.conf(5): map to guest, log level',
  ],
}
