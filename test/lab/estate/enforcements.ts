/** How each control of readiness is enforced in the estate, or why nothing here can enforce it. */
import type { ControlId } from '../../../src/readiness/control.ts'
import { AES_ONLY } from './kerberos.ts'
import { OUTBOUND_FILTER } from './network.ts'

export interface Enforcement {
  control: ControlId
  /** Who enforces it, as in a readiness row: null where only one side can. */
  side: 'client' | 'server' | null
  /** Where it is switched on: smb.conf of the servers or of the clients, krb5.conf of the KDC, nftables of the router. */
  at: 'server' | 'client' | 'KDC' | 'router'
  /** The lines there. */
  settings: readonly string[]
}

/** A control that both sides can enforce is there twice. */
export const ENFORCEMENTS: readonly Enforcement[] = [
  { control: 'remove-smb1', side: null, at: 'server', settings: ['server min protocol = SMB2_02'] },
  { control: 'disable-guest', side: null, at: 'server', settings: ['map to guest = never'] },
  {
    control: 'restrict-anonymous',
    side: null,
    at: 'server',
    // The first line refuses null sessions the share IPC$, the others refuse them all shares: %U is empty in a null session.
    settings: ['restrict anonymous = 2', 'root preexec = test x%U != x', 'root preexec close = yes'],
  },
  { control: 'require-signing', side: 'server', at: 'server', settings: ['server signing = mandatory'] },
  {
    control: 'require-signing',
    side: 'client',
    at: 'client',
    settings: ['client signing = required', 'client ipc signing = required'],
  },
  { control: 'require-encryption', side: 'server', at: 'server', settings: ['server smb encrypt = required'] },
  { control: 'require-encryption', side: 'client', at: 'client', settings: ['client smb encrypt = required'] },
  { control: 'minimum-dialect-311', side: 'server', at: 'server', settings: ['server min protocol = SMB3_11'] },
  { control: 'minimum-dialect-311', side: 'client', at: 'client', settings: ['client min protocol = SMB3_11'] },
  { control: 'block-ntlmv1', side: null, at: 'server', settings: ['ntlm auth = ntlmv2-only', 'lanman auth = no'] },
  { control: 'block-ntlm', side: null, at: 'server', settings: ['ntlm auth = disabled'] },
  {
    control: 'unc-hardening',
    side: null,
    at: 'client',
    settings: ['client use kerberos = required', 'client signing = required'],
  },
  { control: 'block-outbound', side: null, at: 'router', settings: [OUTBOUND_FILTER] },
  { control: 'kerberos-aes-only', side: null, at: 'KDC', settings: AES_ONLY },
]

/** The other controls: why no software here enforces them. */
export const NOT_ENFORCED: Partial<Record<ControlId, string>> = {
  'require-spn': 'Samba does not compare the target name of an NTLM logon with its own names',
  'disable-webdav': 'the WebDAV redirector is a part of Windows, and HTTP is not read yet',
  'kerberos-armoring': 'Kerberos outside SMB is not read yet: there is no prediction to compare',
}
