/** The numbers of each control, in clients, and what they are worth. */
import { total } from '../../base/total.ts'
import { listed, number, plural } from '../../base/wording.ts'
import type { CaptureFacts } from '../../ledger/capture-facts.ts'
import type { Control } from '../judging/judged-control.ts'
import type { ControlSummary } from '../readiness-row.ts'
import { BREAKS, EXEMPT, NOT_OBSERVED, READY, STATES, type StateNumber } from './row-table.ts'

export class ControlTotals {
  private readonly controls: readonly Control[]
  /** By control and state. */
  private readonly counts: Uint32Array

  constructor(controls: readonly Control[]) {
    this.controls = controls
    this.counts = new Uint32Array(controls.length * STATES.length)
  }

  /** Counts one client. @param state null where no row says anything about it */
  count(control: number, state: StateNumber | null): void {
    this.counts[control * STATES.length + (state ?? NOT_OBSERVED)]!++
  }

  /** @param tookPart by host, 1 where it took part in SMB */
  summaries(captures: readonly CaptureFacts[], tookPart: Uint8Array): ControlSummary[] {
    const observedSeconds = secondsOf(captures)
    const hostsSeen = total(tookPart, (part) => part)
    return this.controls.map((control, i) => {
      const of = (state: StateNumber) => this.counts[i * STATES.length + state]!
      const { id, title, guide, unobservable } = control
      const numbers = { ready: of(READY), breaks: of(BREAKS), exempt: of(EXEMPT), notObserved: of(NOT_OBSERVED) }
      return {
        control: id,
        title,
        guide,
        ...numbers,
        observable: unobservable === null,
        observedSeconds,
        hostsSeen,
        message: unobservable ?? inWords(numbers, observedSeconds),
      }
    })
  }
}

function inWords(
  { ready, breaks, exempt, notObserved }: Pick<ControlSummary, 'ready' | 'breaks' | 'exempt' | 'notObserved'>,
  seconds: number,
): string {
  if (ready + breaks + exempt + notObserved === 0) return 'No client was seen.'
  const parts = [
    breaks > 0 && `${plural(breaks, 'client')} would break`,
    exempt > 0 && `${plural(exempt, 'client')} would break and the policy accepts it`,
    ready > 0 && `${plural(ready, 'client is', 'clients are')} ready`,
    notObserved > 0 && `too little was seen of ${plural(notObserved, 'client')} to say`,
  ].filter((part) => part !== false)
  const text = listed(parts)
  return `${text[0]!.toUpperCase()}${text.slice(1)}, by ${durationText(seconds)} of traffic.`
}

function durationText(seconds: number): string {
  if (seconds < 120) return plural(Math.ceil(seconds), 'second')
  if (seconds < 7200) return plural(Math.round(seconds / 60), 'minute')
  if (seconds < 172_800) return plural(Math.round(seconds / 3600), 'hour')
  return `${number(Math.round(seconds / 86_400))} days`
}

/** Time that at least one capture covers. */
function secondsOf(captures: readonly CaptureFacts[]): number {
  const spans = captures
    .flatMap(({ firstTime, lastTime }) => (firstTime === null || lastTime === null ? [] : [{ firstTime, lastTime }]))
    .sort((a, b) => a.firstTime - b.firstTime)
  let covered = 0
  let end = Number.NEGATIVE_INFINITY
  for (const { firstTime, lastTime } of spans) {
    if (lastTime <= end) continue
    covered += lastTime - Math.max(firstTime, end)
    end = lastTime
  }
  return covered / 1e6
}
