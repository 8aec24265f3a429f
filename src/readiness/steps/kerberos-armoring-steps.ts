import type { ControlSteps } from '../control-steps.ts'

export const kerberosArmoringSteps: ControlSteps = {
  control: 'kerberos-armoring',
  protects:
    'Without armoring (FAST) the pre-authentication of a user can be recorded and tried against word lists, and a false KDC can talk a client ' +
    'down to weaker encryption.',
  audit: {
    setting:
      'Offer it before it is required. Domain controllers: Computer Configuration > Administrative Templates > System > KDC > "KDC support for ' +
      'claims, compound authentication and Kerberos armoring": Supported. Clients: System > Kerberos > "Kerberos client support for claims, ' +
      'compound authentication and Kerberos armoring": Enabled. Nobody is refused. A Samba domain controller offers it by default.',
    powershell: [],
    samba: ['kdc enable fast = yes'],
  },
  enforce: {
    setting:
      'Domain controllers, from the domain functional level of Windows Server 2012: the same KDC setting: "Fail unarmored authentication ' +
      'requests". Everything that cannot armor fails then, Windows 7 and most appliances included. A Samba domain controller cannot require it.',
    powershell: [],
    samba: [],
  },
  undo: {
    setting: 'The KDC setting: Supported.',
    powershell: [],
    samba: [],
  },
  proof: 'Not in this version of smblens, which does not read the Kerberos exchanges with the KDC.',
  unseen: 'who armors: this version does not read the exchanges with the KDC.',
  references: [
    'https://learn.microsoft.com/previous-versions/windows/it-pro/windows-server-2012-R2-and-2012/hh831747(v=ws.11)',
    'https://learn.microsoft.com/windows-server/identity/ad-ds/active-directory-functional-levels',
    'smb.conf(5): kdc enable fast',
  ],
}
