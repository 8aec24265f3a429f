import type { ControlSteps } from '../control-steps.ts'

const WORKSTATION = "'HKLM:\\SYSTEM\\CurrentControlSet\\Services\\LanmanWorkstation\\Parameters'"

export const minimumDialect311Steps: ControlSteps = {
  control: 'minimum-dialect-311',
  protects:
    'Only SMB 3.1.1 binds the negotiation to the keys of the session, so that an interceptor cannot take encryption or signing out of it ' +
    'unnoticed. 3.0 checks that afterwards, 2.x and SMB1 do not.',
  audit: {
    setting:
      'Windows has no audit setting for dialects. A server lists those of its sessions, a client those of its connections; on Samba servers ' +
      'smbstatus does.',
    powershell: [
      'Get-SmbSession | Select-Object ClientComputerName, ClientUserName, Dialect',
      'Get-SmbConnection | Select-Object ServerName, ShareName, Dialect',
    ],
    samba: [],
  },
  enforce: {
    setting:
      'From Windows 11 24H2 and Windows Server 2025: Computer Configuration > Administrative Templates > Network > Lanman Server and Lanman ' +
      'Workstation > "Mandate the minimum version of SMB": 3.1.1. Earlier clients: MinSMB2Dialect and MaxSMB2Dialect in the registry. Earlier ' +
      'servers have no such setting. It concerns SMB2 and SMB3: SMB1 is removed by remove-smb1.',
    powershell: [
      'Set-SmbServerConfiguration -Smb2DialectMin SMB311 -Force',
      'Set-SmbClientConfiguration -Smb2DialectMin SMB311 -Force',
      `Set-ItemProperty -Path ${WORKSTATION} -Name MinSMB2Dialect -Type DWord -Value 0x311`,
      `Set-ItemProperty -Path ${WORKSTATION} -Name MaxSMB2Dialect -Type DWord -Value 0x311`,
    ],
    samba: ['server min protocol = SMB3_11', 'client min protocol = SMB3_11'],
  },
  undo: {
    setting: '"Mandate the minimum version of SMB": Not Configured. Earlier clients: delete the two values.',
    powershell: [
      'Set-SmbServerConfiguration -Smb2DialectMin None -Force',
      'Set-SmbClientConfiguration -Smb2DialectMin None -Force',
      `Remove-ItemProperty -Path ${WORKSTATION} -Name MinSMB2Dialect, MaxSMB2Dialect`,
    ],
    samba: ['server min protocol = SMB2_02', 'client min protocol = SMB2_02'],
  },
  proof: 'The finding old-dialect is gone: connection records have the dialect 3.1.1 and nothing else.',
  unseen:
    'what a client could offer that only ever offered what its server had answered before, and what a server could choose that no client with ' +
    '3.1.1 visited.',
  references: [
    'https://learn.microsoft.com/windows-server/storage/file-server/manage-smb-dialects',
    '[MS-SMB2] 3.3.5.4',
    'smb.conf(5): server min protocol, client min protocol',
  ],
}
