/** Signing modes from the flags of both protocols. */
import {
  SMB_FLAGS2_SMB_SECURITY_SIGNATURE,
  SMB_FLAGS2_SMB_SECURITY_SIGNATURE_REQUIRED,
} from '../../../dissectors/smb1/header.ts'
import {
  NEGOTIATE_SECURITY_SIGNATURES_ENABLED,
  NEGOTIATE_SECURITY_SIGNATURES_REQUIRED,
} from '../../../dissectors/smb1/negotiate.ts'
import { SMB2_NEGOTIATE_SIGNING_ENABLED, SMB2_NEGOTIATE_SIGNING_REQUIRED } from '../../../dissectors/smb2/header.ts'
import type { SigningMode } from '../smb-facts.ts'

/** SecurityMode of SMB2 NEGOTIATE, both ways, and SESSION_SETUP. */
export function smb2SigningMode(securityMode: number): SigningMode {
  return signingMode(securityMode, SMB2_NEGOTIATE_SIGNING_ENABLED, SMB2_NEGOTIATE_SIGNING_REQUIRED)
}

/** SecurityMode of the server's SMB1 NEGOTIATE response. */
export function smb1ServerSigningMode(securityMode: number): SigningMode {
  return signingMode(securityMode, NEGOTIATE_SECURITY_SIGNATURES_ENABLED, NEGOTIATE_SECURITY_SIGNATURES_REQUIRED)
}

/** Flags2 of an SMB1 client's SESSION_SETUP_ANDX, [MS-SMB] 2.2.3.1. With neither bit it says nothing: the client may sign all the same once it has to. */
export function smb1ClientSigningMode(flags2: number): SigningMode {
  return signingMode(flags2, SMB_FLAGS2_SMB_SECURITY_SIGNATURE, SMB_FLAGS2_SMB_SECURITY_SIGNATURE_REQUIRED)
}

const WEAKEST_FIRST: readonly SigningMode[] = ['none', 'enabled', 'required']

/** The stronger of two. */
export function strongerMode(a: SigningMode, b: SigningMode | null): SigningMode {
  return b !== null && WEAKEST_FIRST.indexOf(b) > WEAKEST_FIRST.indexOf(a) ? b : a
}

/** The weaker of two; the one that was seen, if the other was not. */
export function weakerMode(a: SigningMode | null, b: SigningMode | null): SigningMode | null {
  if (a === null || b === null) return a ?? b
  return WEAKEST_FIRST.indexOf(a) <= WEAKEST_FIRST.indexOf(b) ? a : b
}

function signingMode(flags: number, enabled: number, required: number): SigningMode {
  if ((flags & required) !== 0) return 'required'
  return (flags & enabled) !== 0 ? 'enabled' : 'none'
}
