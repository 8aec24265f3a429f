/** Controls that were seen at work. */
import { CONTROL_IDS } from '../control.ts'
import type { Control } from '../judging/judged-control.ts'
import type { Observation } from '../judging/observation.ts'
import type { Unit } from '../judging/unit.ts'
import type { Credit, ReadinessEvidence } from '../readiness-row.ts'

/** Frames that a credit has as evidence. */
const EVIDENCE_LIMIT = 3

/** Controls give credit in a few fixed sentences, so there are few of them. */
export class Credits {
  private readonly known = new Map<string, Credit>()

  add({ id }: Control, { connection }: Unit, { credit, explain }: Observation): void {
    if (credit === null) return
    const key = `${id} ${credit}`
    const known = this.known.get(key) ?? { control: id, what: credit, count: 0, evidence: [] }
    this.known.set(key, known)
    known.count++
    if (known.evidence.length < EVIDENCE_LIMIT) addEvidence(known.evidence, explain().evidence, connection.capture)
  }

  /** In the order of the controls. */
  list(): Credit[] {
    const order = (credit: Credit) => CONTROL_IDS.indexOf(credit.control)
    return [...this.known.values()].sort((a, b) => order(a) - order(b) || (a.what < b.what ? -1 : 1))
  }
}

function addEvidence(
  to: ReadinessEvidence[],
  from: ReturnType<Observation['explain']>['evidence'],
  capture: string,
): void {
  const first = from[0]
  if (first !== undefined) to.push({ ...first, capture: first.capture ?? capture })
}
