/**
 * The ledger: what was seen in the traffic, as plain data (JSON all the way down). The tracker writes it, rules and reports read it, and two
 * ledgers combine into one in any order (merge.ts). No judgement is made here: `null` means "not seen", and is never read as "no".
 *
 * Captures that keep only the beginning of each packet (their snap length) give every fact whose bytes are there. A list that was cut holds what
 * came, and has a mark beside it: `...Cut`.
 */
import type { Facts } from './facts-list.ts'

/** A frame of a capture. `frame` is numbered as Wireshark numbers it, `time` is microseconds since 1970 UTC. */
export interface FrameRef {
  frame: number
  time: number
}

export interface Endpoint {
  /** Canonical text: dotted decimal, or RFC 5952. */
  ip: string
  port: number
}

/** Connections and sessions may be packed (facts.ts): each reading makes new objects then. `plainLedger` makes arrays of them. */
export interface Ledger {
  captures: CaptureFacts[]
  connections: Facts<ConnectionFacts>
  sessions: Facts<SessionFacts>
}

export interface PlainLedger extends Ledger {
  connections: ConnectionFacts[]
  sessions: SessionFacts[]
}

export interface Warning {
  /** Kebab-case and stable: "truncated-record", "unknown-link-type", "limit-sessions" ... */
  code: string
  message: string
  frame: number | null
}

/** Packets that were not read, and may have held SMB. */
export interface UnreadFacts {
  kind: 'link-type' | 'encapsulation'
  /** As reports name it: "EtherType 0x1234", "ESP (IPsec)", "link type usbpcap". */
  what: string
  packets: number
}

export interface CaptureFacts {
  path: string
  /** Tells captures apart that share a path: 16 hex digits, made of the packets it begins with (capture-identity.ts). */
  captureId: string
  format: 'pcap' | 'pcapng'
  compression: 'gzip' | null
  linkTypes: string[]
  packets: number
  /** Captured bytes of all packets, without file headers. */
  bytes: number
  smbMessages: number
  firstTime: number | null
  lastTime: number | null
  /** False where the file was cut or damaged (what came before the damage was read), or held packets of a link type that is not read. */
  complete: boolean
  /** Was the file itself cut or damaged? */
  damaged: boolean
  /** The most frequent kinds first. */
  unreadPackets: UnreadFacts[]
  /** What limits on memory cost, by the name of the limit ("half-open"): only those that were reached. */
  limits: Record<string, number>
  warnings: Warning[]
}

export type SigningMode = 'none' | 'enabled' | 'required'

export interface ConnectionFacts {
  /** Made of capture, addresses, ports and first frame: the same in every run. */
  id: string
  capture: string
  /** As the capture has it; empty while that is being read. */
  captureId: string
  client: Endpoint
  server: Endpoint
  transport: 'direct-tcp' | 'netbios-session'
  firstFrame: number
  lastFrame: number
  firstTime: number
  lastTime: number
  /** attempted: SYN without an answer; refused: answered by RST; midstream: its start is not in the capture. */
  state: 'attempted' | 'refused' | 'established' | 'midstream'
  /** Holes in the captured byte streams, both directions. */
  gaps: number
  /** Bytes that were missed in those holes, as far as sequence numbers tell. */
  missedBytes: number
  /** Something came from the server's side. Without it the capture may hold one direction alone. */
  serverSeen: boolean
  /** Compressed messages whose header is compressed too, where nothing says of which session they are: neither signed nor unsigned. */
  unread: number
  smb1: Smb1Facts | null
  /** The client's last SMB2 NEGOTIATE. */
  negotiateRequest: Smb2NegotiateRequestFacts | null
  /** The server's final answer; DialectRevision 0x02FF (the multi-protocol wildcard) is never final. */
  negotiateResponse: Smb2NegotiateResponseFacts | null
  validateNegotiate: ValidateNegotiateFacts | null
  /** The first SMB2 message in either direction, however little of it was captured. */
  firstSmb2: FrameRef | null
  /** The first encryption transform: proof that the dialect is 3.0 or later where no negotiate was seen. */
  firstTransform: FrameRef | null
  /** How the TCP connection ended, as far as it was seen. */
  end: { by: 'client' | 'server'; how: 'fin' | 'rst'; at: FrameRef } | null
}

/** What spoke SMB1 on this connection, [MS-CIFS]. */
export interface Smb1Facts {
  negotiateRequest:
    | (FrameRef & {
        /** In the order of the request: the response's DialectIndex points into this very list. */
        dialects: string[]
        /** The list goes on behind a cut or a fault. */
        dialectsCut: boolean
      })
    | null
  negotiateResponse:
    | (FrameRef & {
        /** 0xFFFF: none of the dialects acceptable. Null where it was cut: then nobody knows whether SMB1 was chosen. */
        dialectIndex: number | null
        /** The string at that index of this request, null where the request was not seen or the index is outside it. */
        dialect: string | null
        /** SecurityMode: USER 0x01, ENCRYPT_PASSWORDS 0x02, SIGNATURES_ENABLED 0x04, SIGNATURES_REQUIRED 0x08; null in core dialects. */
        securityMode: number | null
        extendedSecurity: boolean | null
      })
    | null
  /**
   * The strongest that Flags2 of the client's SESSION_SETUP_ANDX requests says, [MS-SMB] 2.2.3.1; in other requests those bits say nothing. "none" is no
   * more than that neither is set: a client that would sign need not show it before it has to.
   */
  clientSigning: SigningMode | null
  /** The first message of the server with the reply flag, whatever it answers: proof that the other end speaks SMB1. */
  firstAnswer: (FrameRef & { command: number }) | null
  /** The first SMB1 command other than NEGOTIATE that the server answered with success. */
  firstUse: (FrameRef & { command: number }) | null
  /** The first SMB1 command other than NEGOTIATE in either direction, answered or not. */
  firstCommand: (FrameRef & { command: number }) | null
}

export interface Smb2NegotiateRequestFacts extends FrameRef {
  /** DialectRevision numbers as offered. */
  dialects: number[]
  /** The list goes on behind a cut or a fault. */
  dialectsCut: boolean
  securityMode: number | null
  capabilities: number | null
  clientGuid: string | null
  /** Ids of the negotiate contexts; null where there was no such context or, with `contextsCut`, where it was not seen. */
  ciphers: number[] | null
  signingAlgorithms: number[] | null
  hashAlgorithms: number[] | null
  compressionAlgorithms: number[] | null
  /** Context 5: the server name that the client typed. */
  netname: string | null
  /** Some of the contexts could not be read: cut off, or malformed. The lists above hold what came. */
  contextsCut: boolean
}

export interface Smb2NegotiateResponseFacts extends FrameRef {
  dialect: number
  securityMode: number
  capabilities: number | null
  serverGuid: string | null
  /** Of the negotiate contexts; null where there was no such context or, with `contextsCut`, where it was not seen. */
  cipher: number | null
  signingAlgorithm: number | null
  hashAlgorithm: number | null
  compressionAlgorithms: number[] | null
  /** Some of the contexts could not be read: cut off, or malformed. */
  contextsCut: boolean
  /** Mechanisms of the server's SPNEGO offer, dotted; null where the blob was empty or unreadable. */
  mechanisms: string[] | null
  /** The blob was cut or unreadable before the list or inside it. */
  mechanismsCut: boolean
}

/** FSCTL_VALIDATE_NEGOTIATE_INFO, [MS-SMB2] 2.2.31.4 and 2.2.32.6. */
export interface ValidateNegotiateFacts {
  request: (FrameRef & { capabilities: number; clientGuid: string; securityMode: number; dialects: number[] }) | null
  response:
    | (FrameRef & {
        status: number
        capabilities: number | null
        serverGuid: string | null
        securityMode: number | null
        dialect: number | null
      })
    | null
}

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

/** One session, which may span several connections (multichannel), or one failed attempt at one. */
export interface SessionFacts {
  id: string
  /** The connection that set it up: the first one that carried it. */
  connection: string
  /** Every connection that carried it, that one first. */
  connections: string[]
  capture: string
  /** As the capture has it; empty while that is being read. */
  captureId: string
  family: 'smb1' | 'smb2'
  /** "0x" + 16 hex digits; the UID for SMB1, 0 where share-level or core SMB1 goes without SESSION_SETUP. */
  sessionId: string
  /** Of the first authentication. "" where the client gave none, null where it was not seen: a Kerberos ticket hides it, share-level has none. */
  user: string | null
  domain: string | null
  workstation: string | null
  auth: AuthKind
  /** Every authentication of this session: the first, re-authentications, channel bindings and passwords of shares, at most 16. */
  logons: LogonFacts[]
  /** SessionFlags IS_GUEST or SMB1 Action GUEST of the SUCCESS answer; null where that was not seen, or cut before them. */
  guest: boolean | null
  /**
   * A null session that was granted: by SessionFlags IS_NULL, or by the empty credentials of [MS-NLMP] 3.2.5.1.2 followed by SUCCESS. Null where
   * neither the flags nor the credentials tell.
   */
  anonymous: boolean | null
  /** SessionFlags ENCRYPT_DATA; null as for `guest`. */
  encryptData: boolean | null
  /** unknown: its setup is not in the capture. */
  status: 'established' | 'failed' | 'pending' | 'unknown'
  /** The status of the last setup answer. */
  ntStatus: number | null
  /** The frame of the answer that granted or refused the session. */
  decided: FrameRef | null
  /** SecurityMode of the client's SESSION_SETUP request: it may require signing for this session alone. In SMB1 its Flags2, with what `none` means there. */
  setupSigning: SigningMode | null
  requests: MessageCounts
  responses: MessageCounts
  /** First frames of each kind, in each direction, exempt frames left out. */
  firstUnsigned: { request: FrameRef | null; response: FrameRef | null }
  firstSigned: { request: FrameRef | null; response: FrameRef | null }
  firstEncrypted: FrameRef | null
  /** The first message that was counted as unread. */
  firstUnread: FrameRef | null
  /** First READ answer or WRITE request with file data that went in the clear, on any tree but IPC$. */
  firstClearData: FrameRef | null
  /** An unsigned request that was answered with success although one side requires signing. */
  unsignedAccepted: FrameRef | null
  /** SMB1's free text about each side's system, [MS-CIFS] 2.2.4.53; null where empty or not seen. */
  nativeOs: { client: string | null; server: string | null }
  trees: TreeFacts[]
  /** Trees beyond the limit, counted and not kept. */
  treesNotKept: number
  logoff: FrameRef | null
  firstFrame: number
  lastFrame: number
  firstTime: number
  lastTime: number
}

/** Messages of an established session after its setup, without those that are exempt from signing. */
export interface MessageCounts {
  signed: number
  unsigned: number
  encrypted: number
  /** Compressed with their header, not encrypted: whether they are signed cannot be read. */
  unread: number
}

export interface TreeFacts extends FrameRef {
  /** As the client asked for it; null where it went encrypted, unread or cut: part of a path is the path of another share. */
  path: string | null
  shareType: 'disk' | 'pipe' | 'printer' | null
  /** ShareFlags ENCRYPT_DATA of an answer that granted it; null where that was not seen. */
  encryptData: boolean | null
  /** Status of the answer, null where none was seen. */
  ntStatus: number | null
}

export interface LogonFacts extends FrameRef {
  /**
   * first: sets the session up; reauthentication: on the live session; binding: joins a channel to it; share: the password of a TREE_CONNECT, where
   * SMB1 has share-level security ([MS-CIFS] 2.2.4.50, 2.2.4.55).
   */
  purpose: 'first' | 'reauthentication' | 'binding' | 'share'
  auth: AuthKind
  /** The path of a share's password; null for the others, and where it was not seen. */
  share: string | null
  /** Mechanisms the client offered, dotted. */
  offered: string[]
  /** The list was not seen, or goes on behind a cut or a fault. */
  offeredCut: boolean
  ntlm: NtlmFacts | null
  kerberos: KerberosFacts | null
  /** "" where the client gave none, null where it was not seen, as in a session. */
  user: string | null
  domain: string | null
  workstation: string | null
  /** The status of the answer that ended this exchange. */
  ntStatus: number | null
  answered: FrameRef | null
  /** What that answer granted, and of a re-authentication or a binding says nothing of the session; null as in a session. */
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
        /** "" where the client gave none, null where it was not seen. */
        user: string | null
        domain: string | null
        workstation: string | null
        /** First 16 bytes of an NTLMv2 response, hex: the same in two connections means a relay. */
        ntProof: string | null
        micPresent: boolean | null
        /** MsvAvFlags, AvId 6; null where the pair was absent. */
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
      })
    | null
  apRep: (FrameRef & { etype: number | null }) | null
  error: (FrameRef & { code: number | null; realm: string | null; serverName: string | null }) | null
}

export function emptyLedger(): PlainLedger {
  return { captures: [], connections: [], sessions: [] }
}

/** All of it as arrays, which take much more memory. */
export function plainLedger({ captures, connections, sessions }: Ledger): PlainLedger {
  return { captures, connections: [...connections], sessions: [...sessions] }
}
