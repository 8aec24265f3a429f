/** What was seen of authentication, whichever protocol carried it. */
import type { FrameRef } from './frame-ref.ts'

/**
 * ntlm-local: the client is the server's own host, and NTLM carries no response; negoex: another mechanism, chosen by NEGOEX. unknown: the exchange was
 * not seen, or it is of no kind that has a name here.
 */
export type AuthKind =
  | 'ntlmv1'
  | 'ntlmv2'
  | 'ntlm-local'
  | 'lm'
  | 'plaintext'
  | 'kerberos'
  | 'negoex'
  | 'anonymous'
  | 'unknown'

export interface LogonFacts extends FrameRef {
  /**
   * first: sets the session up; reauthentication: on the live session; binding: joins a channel to it; share: the password of a TREE_CONNECT, where
   * SMB1 has share-level security ([MS-CIFS] 2.2.4.50, 2.2.4.55).
   */
  purpose: 'first' | 'reauthentication' | 'binding' | 'share'
  auth: AuthKind
  /** The path of a share's password; null for the others, and if it was not seen. */
  share: string | null
  /** Mechanisms the client offered, dotted. */
  offered: string[]
  /** The list was not seen, or continues behind a cut or a fault. */
  offeredCut: boolean
  ntlm: NtlmFacts | null
  kerberos: KerberosFacts | null
  /** "" if the client gave none, null if it was not seen, as in a session. */
  user: string | null
  domain: string | null
  workstation: string | null
  /** The status of the answer that ended this exchange. */
  ntStatus: number | null
  answered: FrameRef | null
  /** What that answer granted, which says nothing of the session if it is a re-authentication or a binding; null as in a session. */
  guest: boolean | null
  anonymous: boolean | null
}

/** NTLMSSP, [MS-NLMP] 2.2.1; for SMB1 without extended security the two responses of SESSION_SETUP_ANDX. */
export interface NtlmFacts {
  negotiate: (FrameRef & { flags: number | null; version: OsVersion | null }) | null
  challenge:
    | (FrameRef & {
        flags: number | null
        /** 16 hex digits. */
        serverChallenge: string | null
        version: OsVersion | null
        nbComputer: string | null
        nbDomain: string | null
        dnsComputer: string | null
        dnsDomain: string | null
        /** MsvAvTimestamp, AvId 7. */
        hasTimestamp: boolean | null
      })
    | null
  authenticate:
    | (FrameRef & {
        flags: number | null
        version: OsVersion | null
        lmLength: number | null
        ntLength: number | null
        /**
         * Which responses were sent, by their lengths and content. ntlmv1-any: one of the three, the rest was cut. local: none, as both sides have
         * found that they are on one host. blank: a name with an empty password. unknown: they fit no form, or could not be read.
         */
        kind:
          | 'anonymous'
          | 'lm'
          | 'ntlmv1'
          | 'ntlmv1-ess'
          | 'lm+ntlmv1'
          | 'ntlmv1-any'
          | 'ntlmv2'
          | 'local'
          | 'blank'
          | 'unknown'
        /** "" if the client gave none, null if it was not seen. */
        user: string | null
        domain: string | null
        workstation: string | null
        /** First 16 bytes of an NTLMv2 response, hex: the same in two connections means a relay. */
        ntProof: string | null
        micPresent: boolean | null
        /** MsvAvFlags, AvId 6; null if the pair was absent. */
        avFlags: number | null
        /** AvId 9: the SPN the client meant to reach. */
        targetName: string | null
        channelBindings: 'absent' | 'zero' | 'bound' | 'unknown'
        /** The capture ends before or inside the AV pairs: null and unknown above are "not seen". */
        avPairsCut: boolean
      })
    | null
}

export interface OsVersion {
  major: number
  minor: number
  build: number
}

/** Kerberos inside SPNEGO or GSS, RFC 4120, RFC 4121; user-to-user and IAKERB among it. */
export interface KerberosFacts {
  /** IAKERB: the first message to the KDC that went through the server, and the realm that it is for. */
  proxied: (FrameRef & { realm: string | null }) | null
  apReq:
    | (FrameRef & {
        realm: string | null
        /** Ticket sname, its parts joined by "/". */
        serverName: string | null
        /** Key of the service: etype of the ticket's enc-part. */
        ticketEtype: number | null
        /** Key of the session: etype of the authenticator. */
        authenticatorEtype: number | null
        mutualRequired: boolean | null
        /** AP option USE-SESSION-KEY: the ticket is under the session key of the server's own ticket (user-to-user), and not under a key of the service. */
        userToUser: boolean | null
      })
    | null
  apRep: (FrameRef & { etype: number | null }) | null
  error: (FrameRef & { code: number | null; realm: string | null; serverName: string | null }) | null
}
