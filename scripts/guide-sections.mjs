// The sections and numbered items of Microsoft's guide "Protect SMB traffic from interception", in its order, and what of each shows in SMB traffic.
// docs/controls.md is made from this list: npm run docs:controls. test/readiness/guide-sections.test.ts holds it complete.

/**
 * Rules and controls that name a section as their `guide` are added to it by themselves. `rules` and `controls` name those that also belong there.
 *
 * @typedef {object} GuideSection
 * @property {string} title the heading, or the name of the numbered item
 * @property {1 | 2 | 'item'} level
 * @property {number} [items] how many numbered items this entry stands for; 1 for an item unless given
 * @property {readonly string[]} [rules]
 * @property {readonly string[]} [controls]
 * @property {string | null} unseen what no SMB traffic shows, with the reason; null where nothing is missing
 */

/** @type {readonly GuideSection[]} */
export const GUIDE_SECTIONS = [
  {
    title: 'What is an interception attack?',
    level: 1,
    unseen: 'An introduction: it asks for nothing.',
  },
  {
    title: 'Reducing the attack methods available',
    level: 1,
    unseen: 'An introduction to the five sections that follow.',
  },
  {
    title: 'Install updates',
    level: 2,
    unseen:
      'Which updates are installed: systems name their build and not its revision. What shows is a build that gets no updates any more.',
  },
  {
    title: 'Remove SMB 1.0',
    level: 2,
    unseen: 'Whether SMB1 is installed where nobody used or offered it while the capture ran.',
  },
  {
    title: 'Disable guest authentication and fallback',
    level: 2,
    unseen: 'The setting itself. What shows is who became a guest, and which client ended such a session.',
  },
  {
    title: 'Group Policy, steps 1 to 4: "Enable insecure guest logons"',
    level: 'item',
    items: 4,
    rules: ['guest-session', 'guest-fallback'],
    controls: ['disable-guest'],
    unseen:
      'The steps in the console. The fourth step of the guide says Enabled, which permits guests: Disabled is the value that blocks them, as its PowerShell line does.',
  },
  {
    title: 'Disable the WebDAV protocol',
    level: 2,
    unseen: 'WebDAV is HTTP, which is not read: the control says "not observed" for every host.',
  },
  {
    title: 'Restrict outbound SMB destinations',
    level: 2,
    unseen:
      'A block in front of the place of capture: what a firewall drops before it, nobody sees here. SMB over QUIC is encrypted, and not read.',
  },
  {
    title: 'Secure the protocol',
    level: 1,
    unseen: 'An introduction to the four sections that follow.',
  },
  {
    title: 'Use SMB 3.1.1',
    level: 2,
    unseen: 'The minimum that is set on either side. What shows is what a client offers and what a server chooses.',
  },
  {
    title: 'Use UNC hardening to require signing, encryption, and mutual authentication',
    level: 2,
    unseen:
      'Whether a client requires the protection that a path had, and the path inside an encrypted session. Signatures are marks: only the key could verify them.',
  },
  {
    title: 'Map drives on demand with mandated signing or encryption',
    level: 2,
    rules: ['unsigned-session', 'unencrypted-session'],
    controls: ['require-signing', 'require-encryption', 'unc-hardening'],
    unseen:
      'Whether a drive was mapped with -RequireIntegrity or -RequirePrivacy: what shows is whether its traffic is signed or encrypted. A path that needs it can be named in the policy file.',
  },
  {
    title: 'Beyond SMB',
    level: 2,
    unseen: "NTLM and Kerberos in other protocols, and the KDC's own exchanges, which are not read.",
  },
  {
    title: 'Deploy Windows Hello for Business or smart cards',
    level: 'item',
    unseen: 'How a user proved who they are to the KDC: a ticket is the same afterwards.',
  },
  {
    title: 'Enforce long passwords and phrases',
    level: 'item',
    unseen: 'The length of a password does not show in the response that is made of it.',
  },
  {
    title: 'Deploy Microsoft Entra Password Protection for Active Directory Domain Services',
    level: 'item',
    unseen: 'It is enforced on the domain controller when a password is changed, and nothing of it is in SMB.',
  },
  {
    title: 'Use group Managed Service Accounts (gMSA)',
    level: 'item',
    rules: ['kerberos-weak-etype'],
    unseen: 'Which kind of account a ticket is for. What shows is the encryption type of its key.',
  },
  {
    title: 'Kerberos Armoring, known as Flexible Authentication Secure Tunneling (FAST)',
    level: 'item',
    controls: ['kerberos-armoring'],
    unseen: 'It protects the exchange with the KDC, which is not read: the control says "not observed" for every host.',
  },
  {
    title: 'Use Windows Defender Credential Guard',
    level: 'item',
    unseen: 'It protects secrets in the memory of a computer, and no message says that it is on.',
  },
  {
    title: 'Consider requiring SCRIL: Smart Card Required for Interactive Logon',
    level: 'item',
    unseen: 'It is an attribute of an account in Active Directory.',
  },
  {
    title: 'Next steps',
    level: 1,
    unseen: 'Links to further reading: it asks for nothing.',
  },
]
