import type { ControlSteps } from '../control-steps.ts'

export const removeSmb1Steps: ControlSteps = {
  control: 'remove-smb1',
  protects:
    'SMB1 cannot encrypt, signs with MD5, and does not protect the choice of the dialect: who sits between two hosts that both accept it leads ' +
    'them down to it. Its servers had the holes that worms use (MS17-010).',
  audit: {
    setting:
      'Windows servers: log who still uses SMB1. Event 3000 in the log Microsoft-Windows-SMBServer/Audit names each client. Samba servers: ' +
      'smbstatus shows the sessions of the protocol NT1.',
    powershell: ['Set-SmbServerConfiguration -AuditSmb1Access $true -Force'],
    samba: [],
  },
  enforce: {
    setting:
      'Remove the feature "SMB 1.0/CIFS File Sharing Support" from servers and clients. The first line takes it from a server without a restart ' +
      'and is easy to undo, so begin with it. By group policy: a registry item for LanmanServer\\Parameters, SMB1 = 0 (DWORD).',
    powershell: [
      'Set-SmbServerConfiguration -EnableSMB1Protocol $false -Force',
      'Disable-WindowsOptionalFeature -Online -FeatureName SMB1Protocol -NoRestart',
    ],
    samba: ['server min protocol = SMB2_02', 'client min protocol = SMB2_02'],
  },
  undo: {
    setting: 'Install the feature again, and allow SMB1 on the server.',
    powershell: [
      'Enable-WindowsOptionalFeature -Online -FeatureName SMB1Protocol -NoRestart',
      'Set-SmbServerConfiguration -EnableSMB1Protocol $true -Force',
    ],
    samba: ['server min protocol = NT1', 'client min protocol = NT1'],
  },
  proof:
    'The finding smb1-negotiated is gone, and no row of remove-smb1 breaks. Clients that still ask for SMB1 remain as smb1-offered until the ' +
    'feature is removed from them too.',
  unseen:
    'whether a host that offered only SMB1 has something newer that is switched off; and devices that were switched off themselves.',
  references: [
    'https://learn.microsoft.com/windows-server/storage/file-server/troubleshoot/detect-enable-and-disable-smbv1-v2-v3',
    'smb.conf(5): server min protocol, client min protocol',
  ],
}
