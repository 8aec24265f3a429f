import type { ControlSteps } from '../control-steps.ts'

export const requireEncryptionSteps: ControlSteps = {
  control: 'require-encryption',
  protects:
    'Without it everybody on the path reads the files that cross the network. Encryption includes what signing gives, so a server that requires ' +
    'it needs no signing beside it.',
  audit: {
    setting:
      'Log who cannot encrypt. From Windows 11 24H2 and Windows Server 2025: Computer Configuration > Administrative Templates > Network > Lanman ' +
      'Server > "Audit client does not support encryption" and Lanman Workstation > "Audit server does not support encryption": Enabled. The ' +
      'events are in the logs Microsoft-Windows-SMBServer/Audit and Microsoft-Windows-SMBClient/Audit. Samba servers: smbstatus shows which ' +
      'sessions are encrypted.',
    powershell: [
      'Set-SmbServerConfiguration -AuditClientDoesNotSupportEncryption $true -Force',
      'Set-SmbClientConfiguration -AuditServerDoesNotSupportEncryption $true -Force',
    ],
    samba: [],
  },
  enforce: {
    setting:
      'Servers: encrypt all sessions, and reject unencrypted access; or begin with single shares (Set-SmbShare -Name ShareName -EncryptData ' +
      '$true). Clients, from Windows 11 24H2 and Windows Server 2025: Computer Configuration > Administrative Templates > Network > Lanman ' +
      'Workstation > "Require encryption": Enabled. Single drives: New-SmbMapping with -RequirePrivacy $true.',
    powershell: [
      'Set-SmbServerConfiguration -EncryptData $true -RejectUnencryptedAccess $true -Force',
      'Set-SmbClientConfiguration -RequireEncryption $true -Force',
    ],
    samba: ['server smb encrypt = required', 'client smb encrypt = required'],
  },
  undo: {
    setting:
      'The same settings with $false. To let old clients in while the others stay encrypted, only -RejectUnencryptedAccess $false.',
    powershell: [
      'Set-SmbServerConfiguration -EncryptData $false -Force',
      'Set-SmbClientConfiguration -RequireEncryption $false -Force',
    ],
    samba: ['server smb encrypt = default', 'client smb encrypt = default'],
  },
  proof:
    'The finding unencrypted-session is gone for the server. Messages after the session setup are encrypted, so shares and file names are no ' +
    'longer visible in a capture.',
  unseen: 'how much slower clients without AES in hardware get.',
  references: [
    'https://learn.microsoft.com/windows-server/storage/file-server/smb-security#smb-encryption',
    'https://learn.microsoft.com/windows-server/storage/file-server/configure-smb-client-require-encryption',
    'smb.conf(5): server smb encrypt, client smb encrypt',
  ],
}
