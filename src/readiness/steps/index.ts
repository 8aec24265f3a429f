/**
 * The steps of all controls. Their order is the order of what is gained: first what stops the takeover of an account or a host by anybody in the
 * network, then what protects data and single logons, last what only makes an attack slower. The plan uses it where controls break equally much.
 */
import type { ControlId } from '../control.ts'
import type { ControlSteps } from '../control-steps.ts'
import { blockNtlmSteps } from './block-ntlm-steps.ts'
import { blockNtlmv1Steps } from './block-ntlmv1-steps.ts'
import { blockOutboundSteps } from './block-outbound-steps.ts'
import { disableGuestSteps } from './disable-guest-steps.ts'
import { disableWebdavSteps } from './disable-webdav-steps.ts'
import { kerberosAesOnlySteps } from './kerberos-aes-only-steps.ts'
import { kerberosArmoringSteps } from './kerberos-armoring-steps.ts'
import { minimumDialect311Steps } from './minimum-dialect-311-steps.ts'
import { removeSmb1Steps } from './remove-smb1-steps.ts'
import { requireEncryptionSteps } from './require-encryption-steps.ts'
import { requireSigningSteps } from './require-signing-steps.ts'
import { requireSpnSteps } from './require-spn-steps.ts'
import { restrictAnonymousSteps } from './restrict-anonymous-steps.ts'
import { uncHardeningSteps } from './unc-hardening-steps.ts'

export const CONTROL_STEPS: readonly ControlSteps[] = [
  removeSmb1Steps,
  blockNtlmv1Steps,
  requireSigningSteps,
  uncHardeningSteps,
  blockOutboundSteps,
  disableGuestSteps,
  blockNtlmSteps,
  requireSpnSteps,
  requireEncryptionSteps,
  minimumDialect311Steps,
  disableWebdavSteps,
  kerberosAesOnlySteps,
  restrictAnonymousSteps,
  kerberosArmoringSteps,
]

const byControl = new Map(CONTROL_STEPS.map((steps) => [steps.control, steps]))

export function stepsOf(control: ControlId): ControlSteps {
  return byControl.get(control)!
}

/** The place of a control in the order of what is gained: 0 is the most. */
export function gainRank(control: ControlId): number {
  return CONTROL_STEPS.indexOf(stepsOf(control))
}
