import type { ControlSteps } from '../control-steps.ts'

const LSA = "'HKLM:\\SYSTEM\\CurrentControlSet\\Control\\Lsa'"

export const blockNtlmv1Steps: ControlSteps = {
  control: 'block-ntlmv1',
  protects:
    'Who records one LM or NTLMv1 logon recovers the hash of the password, which is as good as the password. NTLMv2 costs a guess for each ' +
    'password that is tried.',
  audit: {
    setting:
      'Log NTLMv1 on servers and domain controllers: Security Settings > Advanced Audit Policy Configuration > Audit Policies > Logon/Logoff > ' +
      '"Audit Logon": Success. Event 4624 has "NTLM V1" or "LM" as its package name. Samba servers: the log of authentications has the kind of ' +
      'password.',
    powershell: ['auditpol /set /subcategory:"Logon" /success:enable'],
    samba: ['log level = 1 auth_audit:3'],
  },
  enforce: {
    setting:
      'Security Options: "Network security: LAN Manager authentication level": "Send NTLMv2 response only. Refuse LM & NTLM" ' +
      '(LmCompatibilityLevel 5): first on clients, then on servers and domain controllers. Samba: domain users are judged by the domain ' +
      'controllers, so it must be set there.',
    powershell: [`Set-ItemProperty -Path ${LSA} -Name LmCompatibilityLevel -Type DWord -Value 5`],
    samba: ['ntlm auth = ntlmv2-only', 'client NTLMv2 auth = yes'],
  },
  undo: {
    setting: 'The same setting: "Send NTLMv2 response only" (3), which is the default of Windows and accepts NTLMv1.',
    powershell: [`Set-ItemProperty -Path ${LSA} -Name LmCompatibilityLevel -Type DWord -Value 3`],
    samba: ['ntlm auth = ntlmv1-permitted'],
  },
  proof:
    'The finding ntlmv1-auth is gone: every NTLM response is NTLMv2. Change the passwords that were used with NTLMv1 before.',
  unseen: 'who uses NTLMv1 outside SMB: MS-CHAPv2 of VPN and 802.1X, and old applications.',
  references: [
    'https://learn.microsoft.com/previous-versions/windows/it-pro/windows-10/security/threat-protection/security-policy-settings/network-security-lan-manager-authentication-level',
    '[MS-NLMP] 3.3.1',
    'smb.conf(5): ntlm auth, client NTLMv2 auth, log level',
  ],
}
