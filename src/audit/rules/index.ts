/** The catalogue: every rule there is, in the order in which people read about them. */
import type { Rule } from '../rule/rule.ts'
import { anonymousSession } from './anonymous-session.ts'
import { encryptionUnsupported } from './encryption-unsupported.ts'
import { endOfLifeOs } from './end-of-life-os.ts'
import { guestFallback } from './guest-fallback.ts'
import { guestSession } from './guest-session.ts'
import { hardenedPathUnprotected } from './hardened-path-unprotected.ts'
import { inboundSmb } from './inbound-smb.ts'
import { kerberosWeakEtype } from './kerberos-weak-etype.ts'
import { logonBruteforce } from './logon-bruteforce.ts'
import { ntlmAuth } from './ntlm-auth.ts'
import { ntlmFallback } from './ntlm-fallback.ts'
import { ntlmUnprotected } from './ntlm-unprotected.ts'
import { ntlmv1Auth } from './ntlmv1-auth.ts'
import { oldDialect } from './old-dialect.ts'
import { outboundSmb } from './outbound-smb.ts'
import { plaintextPassword } from './plaintext-password.ts'
import { segmentationViolation } from './segmentation-violation.ts'
import { signingNotRequired } from './signing-not-required.ts'
import { smb1Negotiated } from './smb1-negotiated.ts'
import { smb1Offered } from './smb1-offered.ts'
import { unencryptedSession } from './unencrypted-session.ts'
import { unsignedSession } from './unsigned-session.ts'

export const RULES: readonly Rule[] = [
  smb1Negotiated,
  smb1Offered,
  guestSession,
  anonymousSession,
  guestFallback,
  unsignedSession,
  signingNotRequired,
  unencryptedSession,
  encryptionUnsupported,
  ntlmAuth,
  ntlmv1Auth,
  plaintextPassword,
  ntlmFallback,
  ntlmUnprotected,
  kerberosWeakEtype,
  logonBruteforce,
  hardenedPathUnprotected,
  outboundSmb,
  inboundSmb,
  segmentationViolation,
  oldDialect,
  endOfLifeOs,
]
