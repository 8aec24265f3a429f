import type { ControlSteps } from '../control-steps.ts'

const MSV1_0 = "'HKLM:\\SYSTEM\\CurrentControlSet\\Control\\Lsa\\MSV1_0'"

export const blockNtlmSteps: ControlSteps = {
  control: 'block-ntlm',
  protects:
    'NTLM does not prove who the server is: a logon can be relayed while it happens, tried against word lists afterwards, and made with a stolen ' +
    'hash. With Kerberos a ticket is good for one service, and the client knows whom it talks to.',
  audit: {
    setting:
      'Log where NTLM is used. Security Options: "Network security: Restrict NTLM: Outgoing NTLM traffic to remote servers": Audit all, and ' +
      '"Network security: Restrict NTLM: Audit Incoming NTLM Traffic": Enable auditing for all accounts. The events are in the log ' +
      'Microsoft-Windows-NTLM/Operational. Samba servers: the log of authentications.',
    powershell: [
      `Set-ItemProperty -Path ${MSV1_0} -Name RestrictSendingNTLMTraffic -Type DWord -Value 1`,
      `Set-ItemProperty -Path ${MSV1_0} -Name AuditReceivingNTLMTraffic -Type DWord -Value 2`,
    ],
    samba: ['log level = 1 auth_audit:3'],
  },
  enforce: {
    setting:
      'Clients, from Windows 11 24H2 and Windows Server 2025, for SMB alone: Computer Configuration > Administrative Templates > Network > Lanman ' +
      'Workstation > "Block NTLM (LM, NTLM, NTLMv2)": Enabled; "Block NTLM Server Exception List" names the servers that still need it. Earlier, ' +
      'and for everything that uses NTLM: Security Options, "Network security: Restrict NTLM: Outgoing NTLM traffic to remote servers": Deny all ' +
      '(RestrictSendingNTLMTraffic 2). Samba: domain users are judged by the domain controllers, so it must be set there.',
    powershell: ['Set-SmbClientConfiguration -BlockNTLM $true -Force'],
    samba: ['ntlm auth = disabled', 'client use kerberos = required'],
  },
  undo: {
    setting: 'The same settings: Disabled, and Allow all (RestrictSendingNTLMTraffic 0).',
    powershell: [
      'Set-SmbClientConfiguration -BlockNTLM $false -Force',
      `Set-ItemProperty -Path ${MSV1_0} -Name RestrictSendingNTLMTraffic -Type DWord -Value 0`,
    ],
    samba: ['ntlm auth = ntlmv2-only', 'client use kerberos = desired'],
  },
  proof: 'The finding ntlm-auth is gone: the logons of the same users on the same servers use Kerberos.',
  unseen:
    'who uses NTLM outside SMB (HTTP, LDAP, SQL Server, remote desktop), and whether Kerberos would work for a logon that did not try it.',
  references: [
    'https://learn.microsoft.com/windows-server/storage/file-server/smb-ntlm-blocking',
    'https://learn.microsoft.com/previous-versions/windows/it-pro/windows-10/security/threat-protection/security-policy-settings/network-security-restrict-ntlm-outgoing-ntlm-traffic-to-remote-servers',
    'smb.conf(5): ntlm auth, client use kerberos, log level',
  ],
}
