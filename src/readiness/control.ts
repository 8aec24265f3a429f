/** A control of Microsoft's guide that can be enforced, and what is said about it. One file in controls/ for each, CONTROLS lists them. */

export const CONTROL_IDS = [
  'remove-smb1',
  'disable-guest',
  'restrict-anonymous',
  'require-signing',
  'require-encryption',
  'minimum-dialect-311',
  'block-ntlmv1',
  'block-ntlm',
  'require-spn',
  'unc-hardening',
  'block-outbound',
  'disable-webdav',
  'kerberos-armoring',
  'kerberos-aes-only',
] as const
export type ControlId = (typeof CONTROL_IDS)[number]

/**
 * What enforcing a control would do. ready: what is needed was seen, offered or at work. breaks: refused, or it loses what it does. exempt: it would
 * break, and the policy accepts that. not-observed: the traffic does not show it, which is neither of the others.
 */
export type ReadinessState = 'ready' | 'breaks' | 'exempt' | 'not-observed'

export type HostRole = 'client' | 'server'
