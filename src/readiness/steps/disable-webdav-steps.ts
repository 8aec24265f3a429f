import type { ControlSteps } from '../control-steps.ts'

export const disableWebdavSteps: ControlSteps = {
  control: 'disable-webdav',
  protects:
    'Where SMB fails, the WebClient service tries HTTP, which may be clear text whatever SMB is set to, and takes its NTLM logons to places that ' +
    'signing does not protect.',
  audit: {
    setting: 'No product logs beforehand who needs it: look on which clients the service WebClient runs.',
    powershell: ['Get-Service -Name WebClient'],
    samba: [],
  },
  enforce: {
    setting:
      'Group Policy Preferences: Computer Configuration > Preferences > Control Panel Settings > Services: WebClient, startup Disabled, action ' +
      'Stop service. Samba has no WebDAV client.',
    powershell: ['Stop-Service -Name WebClient', 'Set-Service -Name WebClient -StartupType Disabled'],
    samba: [],
  },
  undo: {
    setting: 'The same item: startup Manual, which is the default.',
    powershell: ['Set-Service -Name WebClient -StartupType Manual'],
    samba: [],
  },
  proof: 'Not in this version of smblens, which reads no HTTP. On the clients, Get-Service shows it.',
  unseen: 'who uses WebDAV: this version reads no HTTP.',
  references: ['https://learn.microsoft.com/windows-server/storage/file-server/smb-interception-defense'],
}
