import type { ControlSteps } from '../control-steps.ts'

export const blockOutboundSteps: ControlSteps = {
  control: 'block-outbound',
  protects:
    'A link in a mail or a document is enough to make a computer log on to a server in the internet: the answer to its challenge leaves the ' +
    'network, and files can follow.',
  audit: {
    setting:
      'Log what is allowed out: a rule at the border that allows TCP 445 and 139 to the internet and logs it, or the log of the Windows firewall ' +
      '(pfirewall.log). Samba has no such setting: it is the firewall of the host that decides.',
    powershell: ['Set-NetFirewallProfile -Profile Domain,Private,Public -LogAllowed True -LogBlocked True'],
    samba: [],
  },
  enforce: {
    setting:
      'Block TCP 445 and 139 to the internet at the border, and on laptops by the host firewall, which goes with them. Where cloud storage needs ' +
      'it, use a VPN or SMB over QUIC, or allow single destinations.',
    powershell: [
      "New-NetFirewallRule -DisplayName 'Block SMB to the internet' -Direction Outbound -Protocol TCP -RemotePort 445,139 -RemoteAddress Internet -Action Block",
    ],
    samba: [],
  },
  undo: {
    setting: 'Remove the rule, or allow the destination that is missed.',
    powershell: ["Remove-NetFirewallRule -DisplayName 'Block SMB to the internet'"],
    samba: [],
  },
  proof:
    'The finding outbound-smb is gone, or counts attempts that were refused or not answered, which is the rule at work.',
  unseen:
    'which public addresses are yours: name them with --internal or in the policy file; computers outside the building; and SMB over QUIC.',
  references: [
    'https://learn.microsoft.com/windows-server/storage/file-server/smb-secure-traffic#block-outbound-smb-access',
  ],
}
