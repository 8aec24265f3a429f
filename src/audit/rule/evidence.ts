/** Evidence: the frames that prove a case, and the field in each of them that decides. */

import type { FrameRef } from '../../ledger/frame-ref.ts'
import type { ConnectionFacts, SessionFacts } from '../../ledger/smb-facts.ts'

/**
 * The field that decides in a cited frame, by the name that the SMB2 specification has for it if there is one. SMB1 has the same under another name or in
 * several fields: src/inspect/deciding.ts knows where each is.
 */
export type EvidenceField =
  /** How a session was granted: SessionFlags; Action in SMB1. */
  | 'SessionFlags'
  /** The Status of a response. */
  | 'Status'
  /** The NT response of an NTLM logon. */
  | 'NtChallengeResponse'
  /** All responses of an NTLM logon, or the passwords that take their place. */
  | 'ChallengeResponses'
  /** An NTLM logon without a user name and without responses. */
  | 'EmptyCredentials'
  /** A Kerberos ticket. */
  | 'Ticket'
  /** The authenticator beside a Kerberos ticket: its encryption type is that of the session key. */
  | 'Authenticator'
  /** The error code of a KRB-ERROR. */
  | 'KerberosError'
  /** The mechanisms that one side offers in SPNEGO. */
  | 'Mechanisms'
  /** The SPN in an NTLM logon, or the list of AV pairs that lacks one. */
  | 'TargetName'
  /** The MIC of an NTLM logon and the flag that promises it. */
  | 'Mic'
  /** The flags in an NTLM logon, or the list of AV pairs that lacks them. */
  | 'AvFlags'
  /** The time in an NTLM CHALLENGE. */
  | 'Timestamp'
  /** The server's name as the client's user gave it. */
  | 'Netname'
  /** The ciphers that one side offers or chooses, or what the message has in their place. */
  | 'Cipher'
  /** What one side says it can do: in 3.0 and 3.0.2 encryption among it. */
  | 'Capabilities'
  /** A password in clear text. */
  | 'Password'
  /** What the server says about signing. */
  | 'SecurityMode'
  /** The dialect that the server chose. */
  | 'DialectRevision'
  /** The dialect that the server chose from an SMB1 list. */
  | 'DialectIndex'
  /** The dialects that the client offers. */
  | 'Dialects'
  /** A request that is not signed. */
  | 'RequestSignature'
  /** A response that is not signed. */
  | 'ResponseSignature'
  /** The contents of a file. */
  | 'Data'
  /** The share that a client connects to. */
  | 'PathName'
  /** The session that a message belongs to. */
  | 'SessionId'
  /** What NTLMSSP says about the operating system. */
  | 'OsVersion'
  /** What SMB1 says about the operating system. */
  | 'NativeOS'
  /** The protocol and the command of a message. */
  | 'Command'
  /** SYN, FIN or RST. */
  | 'TcpFlags'
  /** The two ends of a connection. */
  | 'Endpoints'

export interface EvidenceDraft extends FrameRef {
  /** Set if it is not the capture of the draft's connection: a rule about the network may cite frames of several captures. */
  capture?: string
  field: EvidenceField
  /** Field and value as the frame shows them, e.g. "SessionFlags 0x0001 (IS_GUEST)". For people: nothing reads it. */
  what: string
}

export function cite(ref: FrameRef, field: EvidenceField, what: string): EvidenceDraft {
  return { frame: ref.frame, time: ref.time, field, what }
}

/** Without the parts that were not seen. */
export function evidence(...items: (EvidenceDraft | null | false)[]): EvidenceDraft[] {
  return items.filter((item) => item !== null && item !== false)
}

/** The first frame: cited when the frame that decides is not in the ledger. */
export function start({ firstFrame, firstTime }: SessionFacts | ConnectionFacts): FrameRef {
  return { frame: firstFrame, time: firstTime }
}
