import type { ControlSteps } from '../control-steps.ts'

const HARDENED = "'HKLM:\\SOFTWARE\\Policies\\Microsoft\\Windows\\NetworkProvider\\HardenedPaths'"
const REQUIRED = "'RequireMutualAuthentication=1, RequireIntegrity=1'"
const NOT_REQUIRED = "'RequireMutualAuthentication=0, RequireIntegrity=0'"

export const uncHardeningSteps: ControlSteps = {
  control: 'unc-hardening',
  protects:
    'Computers run what they read from SYSVOL and NETLOGON, with all rights. Who answers for the domain controller, or changes these files on ' +
    'their way, owns the computer (MS15-011).',
  audit: {
    setting:
      'No product logs beforehand which paths would be refused: the rows of this control are the list. A Windows client lists its own connections.',
    powershell: ['Get-SmbConnection | Select-Object ServerName, ShareName, UserName, Dialect, Encrypted'],
    samba: [],
  },
  enforce: {
    setting:
      'Windows clients: Computer Configuration > Administrative Templates > Network > Network Provider > "Hardened UNC Paths": Enabled, with ' +
      '\\\\*\\SYSVOL and \\\\*\\NETLOGON: RequireMutualAuthentication=1, RequireIntegrity=1, and the same, or RequirePrivacy=1, for other paths ' +
      'worth it. Single drives: New-SmbMapping with -RequireIntegrity $true. Samba clients cannot do it for single paths; these lines do it for all.',
    powershell: [
      `New-Item -Path ${HARDENED} -Force`,
      `New-ItemProperty -Path ${HARDENED} -Name '\\\\*\\SYSVOL' -PropertyType String -Value ${REQUIRED} -Force`,
      `New-ItemProperty -Path ${HARDENED} -Name '\\\\*\\NETLOGON' -PropertyType String -Value ${REQUIRED} -Force`,
    ],
    samba: ['client signing = required', 'client use kerberos = required'],
  },
  undo: {
    setting:
      'The same paths with 0: Windows 10, Windows Server 2016 and later harden SYSVOL and NETLOGON even where nothing is configured.',
    powershell: [
      `New-ItemProperty -Path ${HARDENED} -Name '\\\\*\\SYSVOL' -PropertyType String -Value ${NOT_REQUIRED} -Force`,
      `New-ItemProperty -Path ${HARDENED} -Name '\\\\*\\NETLOGON' -PropertyType String -Value ${NOT_REQUIRED} -Force`,
    ],
    samba: ['client signing = default', 'client use kerberos = desired'],
  },
  proof:
    'Rows of unc-hardening are ready: the sessions that reach these paths use Kerberos and are signed or encrypted, and hardened-path-unprotected is gone.',
  unseen:
    'which paths are worth it: name yours in the policy file; and paths that are connected inside an encrypted session.',
  references: [
    'https://support.microsoft.com/topic/ms15-011-vulnerability-in-group-policy-could-allow-remote-code-execution-february-10-2015-91b4bda2-945d-455b-ebbb-01d1ec191328',
    'https://learn.microsoft.com/powershell/module/smbshare/new-smbmapping',
    'smb.conf(5): client signing, client use kerberos',
  ],
}
