import type { ControlSteps } from '../control-steps.ts'

const SERVER = "'HKLM:\\SYSTEM\\CurrentControlSet\\Services\\LanmanServer\\Parameters'"

export const requireSpnSteps: ControlSteps = {
  control: 'require-spn',
  protects:
    'A server that checks the target name in the logon refuses NTLM that was meant for another host, and so relayed logons, even from clients ' +
    'that cannot sign.',
  audit: {
    setting:
      'Log which clients send no name, an empty one, or another: AuditClientSpnSupport = 1 on the servers, with the updates of September 2025 ' +
      '(KB5066913). The events 3024, 3025 and 3026 are in the log Microsoft-Windows-SMBServer/Audit. Samba has no such setting.',
    powershell: [`Set-ItemProperty -Path ${SERVER} -Name AuditClientSpnSupport -Type DWord -Value 1`],
    samba: [],
  },
  enforce: {
    setting:
      'Security Options: "Microsoft network server: Server SPN target name validation level": first "Accept if provided by client" (1), then ' +
      '"Required from client" (2). Other names of the server, such as aliases, go into SrvAllowedServerNames (REG_MULTI_SZ). Samba has no such setting.',
    powershell: [`Set-ItemProperty -Path ${SERVER} -Name SmbServerNameHardeningLevel -Type DWord -Value 2`],
    samba: [],
  },
  undo: {
    setting: 'The same setting: Off (0).',
    powershell: [`Set-ItemProperty -Path ${SERVER} -Name SmbServerNameHardeningLevel -Type DWord -Value 0`],
    samba: [],
  },
  proof: 'Rows of require-spn are ready: the NTLM logons that the server accepts carry its name as their target.',
  unseen: 'which aliases the server accepts, and whether it checks the names already.',
  references: [
    'https://support.microsoft.com/help/5066913',
    'https://learn.microsoft.com/previous-versions/windows/it-pro/windows-10/security/threat-protection/security-policy-settings/microsoft-network-server-server-spn-target-name-validation-level',
    '[MS-NLMP] 2.2.2.1 (MsvAvTargetName)',
  ],
}
