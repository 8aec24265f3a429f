import type { ControlSteps } from '../control-steps.ts'

const PARAMETERS = "'HKLM:\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Policies\\System\\Kerberos\\Parameters'"

export const kerberosAesOnlySteps: ControlSteps = {
  control: 'kerberos-aes-only',
  protects:
    'A ticket that is encrypted with RC4 or DES can be tried against word lists quickly, and the RC4 key of an account is its NTLM hash.',
  audit: {
    setting:
      'Domain controllers: the events 4768 and 4769 name the encryption type of each ticket (0x17 is RC4, 0x1 and 0x3 are DES): Security Settings ' +
      '> Advanced Audit Policy Configuration > Audit Policies > Account Logon. With the updates from January 2026 (KB5073381) the KDC also logs ' +
      'the events 201 to 209 in the System log.',
    powershell: [
      'auditpol /set /subcategory:"Kerberos Authentication Service" /success:enable',
      'auditpol /set /subcategory:"Kerberos Service Ticket Operations" /success:enable',
    ],
    samba: [],
  },
  enforce: {
    setting:
      'Service accounts: set their encryption types to AES, then change their passwords, which makes the AES keys. Then Security Options: "Network ' +
      'security: Configure encryption types allowed for Kerberos": AES128_HMAC_SHA1, AES256_HMAC_SHA1 and Future encryption types.',
    powershell: [
      'Set-ADUser -Identity AccountName -KerberosEncryptionType AES128,AES256',
      `New-Item -Path ${PARAMETERS} -Force`,
      `Set-ItemProperty -Path ${PARAMETERS} -Name SupportedEncryptionTypes -Type DWord -Value 0x7ffffff8`,
    ],
    samba: ['kerberos encryption types = strong'],
  },
  undo: {
    setting: 'The same settings with RC4_HMAC_MD5 added: for the account alone where one service is missed.',
    powershell: [
      'Set-ADUser -Identity AccountName -KerberosEncryptionType RC4,AES128,AES256',
      `Set-ItemProperty -Path ${PARAMETERS} -Name SupportedEncryptionTypes -Type DWord -Value 0x7ffffffc`,
    ],
    samba: ['kerberos encryption types = all'],
  },
  proof:
    'The finding kerberos-weak-etype is gone: tickets and session keys inside SMB are AES. Tickets for other services need the exchanges with the ' +
    'KDC, which this version does not read.',
  unseen:
    'tickets for other services than SMB, and pre-authentication: this version does not read the exchanges with the KDC.',
  references: [
    'https://learn.microsoft.com/previous-versions/windows/it-pro/windows-10/security/threat-protection/security-policy-settings/network-security-configure-encryption-types-allowed-for-kerberos',
    'https://support.microsoft.com/help/5073381',
    'RFC 8429',
    'smb.conf(5): kerberos encryption types',
  ],
}
