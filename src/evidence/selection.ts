/** Which packets to extract from captures, and how the items of a report become such a selection. */
import type { Finding } from '../audit/finding.ts'
import type { ConnectionFacts } from '../ledger/smb-facts.ts'

export interface Selection {
  /** Single frames, each with its comment. */
  frames: EvidenceFrame[]
  /** All packets of these connections. */
  connections: EvidenceConnection[]
}

export interface EvidenceFrame {
  capture: string
  frame: number
  comment: string
}

export type EvidenceConnection = Pick<ConnectionFacts, 'capture' | 'client' | 'server' | 'firstFrame' | 'lastFrame'>

/** The evidence frames of findings. */
export function framesOfFindings(findings: readonly Finding[]): EvidenceFrame[] {
  return findings.flatMap(({ rule, evidence }) =>
    evidence.map(({ capture, frame, what }) => ({ capture, frame, comment: `${rule}: ${what}` })),
  )
}
