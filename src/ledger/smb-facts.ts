/** What was seen of SMB: connections, their negotiation, sessions and the shares they connected to. */
import type { Endpoint } from './endpoint.ts'
import type { FrameRef } from './frame-ref.ts'
import type { AuthKind, LogonFacts } from './logon-facts.ts'

export interface ConnectionFacts {
  /** Made of capture, addresses, ports and first frame: the same in every run. */
  id: string
  capture: string
  /** The capture's id; empty while that is being read. */
  captureId: string
  client: Endpoint
  server: Endpoint
  transport: 'direct-tcp' | 'netbios-session'
  firstFrame: number
  lastFrame: number
  firstTime: number
  lastTime: number
  /** attempted: SYN without a response; refused: answered by RST; midstream: its start is not in the capture. */
  state: 'attempted' | 'refused' | 'established' | 'midstream'
  /** Holes in the captured byte streams, both directions. */
  gaps: number
  /** Bytes missing in those holes, by sequence numbers. */
  missedBytes: number
  /** Something came from the server's side. If not, the capture may contain only one direction. */
  serverSeen: boolean
  /** Compressed messages whose header is compressed too, if their session is unknown: neither signed nor unsigned. */
  unread: number
  smb1: Smb1Facts | null
  /** The client's last SMB2 NEGOTIATE. */
  negotiateRequest: Smb2NegotiateRequestFacts | null
  /** The server's final answer; DialectRevision 0x02FF (the multi-protocol wildcard) is never final. */
  negotiateResponse: Smb2NegotiateResponseFacts | null
  validateNegotiate: ValidateNegotiateFacts | null
  /** The first SMB2 message in either direction, however little of it was captured. */
  firstSmb2: FrameRef | null
  /** The first encryption transform: proof that the dialect is 3.0 or later if no negotiate was seen. */
  firstTransform: FrameRef | null
  /** How the TCP connection ended, as far as that was seen. */
  end: { by: 'client' | 'server'; how: 'fin' | 'rst'; at: FrameRef } | null
}

export type SigningMode = 'none' | 'enabled' | 'required'

/** What spoke SMB1 on this connection, [MS-CIFS]. */
export interface Smb1Facts {
  negotiateRequest:
    | (FrameRef & {
        /** In the order of the request: the response's DialectIndex points into this very list. */
        dialects: string[]
        /** The list continues behind a cut or a fault. */
        dialectsCut: boolean
      })
    | null
  negotiateResponse:
    | (FrameRef & {
        /** 0xFFFF: none of the dialects acceptable. Null if it was cut: whether SMB1 was chosen is then unknown. */
        dialectIndex: number | null
        /** The string at that index of this request, null if the request was not seen or the index is outside it. */
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
  /** The server's first message with the reply flag, whichever request it answers: proof that the server speaks SMB1. */
  firstAnswer: (FrameRef & { command: number }) | null
  /** The first SMB1 command other than NEGOTIATE that the server answered with success. */
  firstUse: (FrameRef & { command: number }) | null
  /** The first SMB1 command other than NEGOTIATE in either direction, answered or not. */
  firstCommand: (FrameRef & { command: number }) | null
}

export interface Smb2NegotiateRequestFacts extends FrameRef {
  /** DialectRevision numbers as offered. */
  dialects: number[]
  /** The list continues behind a cut or a fault. */
  dialectsCut: boolean
  securityMode: number | null
  capabilities: number | null
  clientGuid: string | null
  /** Ids of the negotiate contexts; null if there was no such context or, with `contextsCut`, if it was not seen. */
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
  /** Of the negotiate contexts; null if there was no such context or, with `contextsCut`, if it was not seen. */
  cipher: number | null
  signingAlgorithm: number | null
  hashAlgorithm: number | null
  compressionAlgorithms: number[] | null
  /** Some of the contexts could not be read: cut off, or malformed. */
  contextsCut: boolean
  /** Mechanisms of the server's SPNEGO offer, dotted; null if the blob was empty or unreadable. */
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

/** One session, which may span several connections (multichannel), or one failed attempt at one. */
export interface SessionFacts {
  id: string
  /** The connection that set it up: the first one that carried it. */
  connection: string
  /** Every connection that carried it, that one first. */
  connections: string[]
  capture: string
  /** The capture's id; empty while that is being read. */
  captureId: string
  family: 'smb1' | 'smb2'
  /** "0x" + 16 hex digits; the UID for SMB1, 0 if share-level or core SMB1 goes without SESSION_SETUP. */
  sessionId: string
  /** Of the first authentication. "" if the client gave none, null if it was not seen: a Kerberos ticket hides it, share-level has none. */
  user: string | null
  domain: string | null
  workstation: string | null
  auth: AuthKind
  /** Every authentication of this session: the first, re-authentications, channel bindings and passwords of shares, at most 16. */
  logons: LogonFacts[]
  /** SessionFlags IS_GUEST or SMB1 Action GUEST of the SUCCESS answer; null if that was not seen, or cut before them. */
  guest: boolean | null
  /**
   * A null session that was granted: by SessionFlags IS_NULL, or by the empty credentials of [MS-NLMP] 3.2.5.1.2 followed by SUCCESS. Null if
   * neither flags nor credentials show it.
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
  /** The first message of each side that is marked as signed, exempt frames included: it shows that the side can sign, not that the session is signed. */
  firstSignature: { request: FrameRef | null; response: FrameRef | null }
  firstEncrypted: FrameRef | null
  /** The first message that was counted as unread. */
  firstUnread: FrameRef | null
  /** First READ answer or WRITE request with file data that went in the clear, on any tree but IPC$. */
  firstClearData: FrameRef | null
  /** An unsigned request that was answered with success although one side requires signing. */
  unsignedAccepted: FrameRef | null
  /** SMB1's free text about each side's system, [MS-CIFS] 2.2.4.53; null if empty or not seen. */
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
  /** As the client asked for it; null if it went encrypted, unread or cut: part of a path is the path of another share. */
  path: string | null
  shareType: 'disk' | 'pipe' | 'printer' | null
  /** ShareFlags ENCRYPT_DATA of an answer that granted it; null if that was not seen. */
  encryptData: boolean | null
  /** Status of the answer, null if none was seen. */
  ntStatus: number | null
}
