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

/** Here and not beside the judgements: help needs them without what judging needs. */
export const CONTROL_TITLES: Readonly<Record<ControlId, string>> = {
  'remove-smb1': 'Remove SMB1',
  'disable-guest': 'Disable guest access',
  'restrict-anonymous': 'Restrict null sessions',
  'require-signing': 'Require signing',
  'require-encryption': 'Require encryption',
  'minimum-dialect-311': 'Require SMB 3.1.1',
  'block-ntlmv1': 'Block LM and NTLMv1',
  'block-ntlm': 'Block NTLM',
  'require-spn': 'Require the service name in NTLM',
  'unc-hardening': 'Harden UNC paths',
  'block-outbound': 'Block outbound SMB',
  'disable-webdav': 'Disable the WebDAV redirector',
  'kerberos-armoring': 'Require Kerberos armoring',
  'kerberos-aes-only': 'Allow AES alone in Kerberos',
}

/**
 * What enforcing a control would do. ready: what is needed was seen, offered or at work. breaks: refused, or it loses what it does. exempt: it would
 * break, and the policy accepts that. not-observed: the traffic does not show it, which is neither of the others.
 */
export type ReadinessState = 'ready' | 'breaks' | 'exempt' | 'not-observed'

export type HostRole = 'client' | 'server'
