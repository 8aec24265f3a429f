import type { ControlSteps } from '../control-steps.ts'

const LSA = "'HKLM:\\SYSTEM\\CurrentControlSet\\Control\\Lsa'"

export const restrictAnonymousSteps: ControlSteps = {
  control: 'restrict-anonymous',
  protects:
    'With a null session anybody in the network reads the names of users, groups and shares, which is where guessing passwords begins, and ' +
    'whatever a share gives to everyone.',
  audit: {
    setting:
      'Log null sessions on the servers: Security Settings > Advanced Audit Policy Configuration > Audit Policies > Logon/Logoff > "Audit ' +
      'Logon": Success. Event 4624 of ANONYMOUS LOGON with logon type 3 names the client. Samba servers: the log of authentications.',
    powershell: ['auditpol /set /subcategory:"Logon" /success:enable'],
    samba: ['log level = 1 auth_audit:3'],
  },
  enforce: {
    setting:
      'Security Options: "Network access: Do not allow anonymous enumeration of SAM accounts and shares": Enabled; "Network access: Restrict ' +
      'anonymous access to Named Pipes and Shares": Enabled, with "Named Pipes that can be accessed anonymously" and "Shares that can be ' +
      'accessed anonymously" empty. Samba: a share with guest ok = yes takes the effect away.',
    powershell: [
      "Set-ItemProperty -Path 'HKLM:\\SYSTEM\\CurrentControlSet\\Services\\LanmanServer\\Parameters' -Name RestrictNullSessAccess -Type DWord -Value 1",
      `Set-ItemProperty -Path ${LSA} -Name RestrictAnonymous -Type DWord -Value 1`,
      `Set-ItemProperty -Path ${LSA} -Name RestrictAnonymousSAM -Type DWord -Value 1`,
    ],
    samba: ['restrict anonymous = 2'],
  },
  undo: {
    setting:
      '"Do not allow anonymous enumeration of SAM accounts and shares": Disabled. The other two values are the defaults of Windows; single shares ' +
      'and pipes are opened again by their names in the two lists.',
    powershell: [`Set-ItemProperty -Path ${LSA} -Name RestrictAnonymous -Type DWord -Value 0`],
    samba: ['restrict anonymous = 0'],
  },
  proof: 'The finding anonymous-session is gone: null sessions are refused, or are not asked for any more.',
  unseen:
    'what a client does with a null session once it is encrypted, and whether it would use an account if the null session were refused.',
  references: [
    'https://learn.microsoft.com/previous-versions/windows/it-pro/windows-10/security/threat-protection/security-policy-settings/network-access-restrict-anonymous-access-to-named-pipes-and-shares',
    'smb.conf(5): restrict anonymous',
  ],
}
