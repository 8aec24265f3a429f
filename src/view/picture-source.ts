/** The newest picture of a source: it is published to the store, and looks up what is behind its rows. */
import type { Finding } from '../audit/finding.ts'
import type { Rule } from '../audit/rule/rule.ts'
import type { CaptureFacts } from '../ledger/capture-facts.ts'
import type { Facts } from '../ledger/facts-list.ts'
import { emptyLedger, type Ledger } from '../ledger/ledger.ts'
import type { SmbMessage } from '../ledger/smb-message.ts'
import type { Policy } from '../policy/policy.ts'
import { hostRecord } from '../report/records/host.ts'
import type { MessageRow } from '../rows/message-row.ts'
import type { MessageId, RecordSource } from '../rows/row-kind.ts'
import { indexOfId, type Rows } from '../rows/row-list.ts'
import { detailsOf, detailsOfWhole } from './details.ts'
import { type Audit, pictureSteps } from './picture.ts'
import type { Details, Snapshot, ViewStore } from './store.ts'

/** The listed messages. */
export interface MessageList extends Rows<MessageRow> {
  /** Messages that are not listed, because there is no room. */
  readonly dropped: number
  messageOf(id: MessageId): SmbMessage | undefined
}

export interface PictureRequest {
  /** Must not change until the picture is finished. */
  ledger: Ledger
  captures: readonly CaptureFacts[]
  audit: Audit
  run<T>(steps: Generator<unknown, T>): Promise<T>
  /**
   * The ledger that is searched until the next picture. While a capture is being read its ledger is another object each time; a ledger that stays is worth
   * an index.
   */
  lookUpIn: { whole: Ledger } | { current: () => Ledger }
  /** Called when the picture is finished: returns what is published together with it. */
  also(): Partial<Snapshot> & Pick<Snapshot, 'warnings'>
}

export class PictureSource implements RecordSource {
  private readonly store: ViewStore
  private readonly messages: MessageList
  private readonly options: { policy: Policy; rules: readonly Rule[] }
  private findings: Facts<Finding> = []
  private current: () => Ledger = emptyLedger

  constructor(store: ViewStore, messages: MessageList, options: { policy: Policy; rules: readonly Rule[] }) {
    this.store = store
    this.messages = messages
    this.options = options
  }

  get details(): Details {
    return this.store.details
  }

  /** The ledger of what has been read so far. */
  get ledger(): Ledger {
    return this.current()
  }

  report(): ReturnType<RecordSource['report']> {
    const { ledger, findings } = this
    const { policy, rules } = this.options
    return { ledger, findings, policy, rules }
  }

  messageOf(id: MessageId): SmbMessage | undefined {
    return this.messages.messageOf(id)
  }

  /** Makes a picture and publishes it. */
  async publish({ ledger, captures, audit, run, lookUpIn, also }: PictureRequest): Promise<void> {
    const { store, messages } = this
    const current = 'whole' in lookUpIn ? () => lookUpIn.whole : lookUpIn.current
    this.current = current
    const { findings, findingRows, sessions, hosts, hostTable, overview, predictions } = await run(
      pictureSteps(ledger, captures, this.options.policy, audit),
    )
    this.findings = findings
    const finding = (id: string) => {
      const index = indexOfId(findingRows, id)
      return index < 0 ? undefined : findings.at(index)
    }
    const host = (ip: string) => {
      const found = hostTable.find((each) => each.ip === ip)
      return found && hostRecord(found, this.options.policy.networks)
    }
    const lookUps = { finding, host }
    store.details = 'whole' in lookUpIn ? detailsOfWhole(lookUpIn.whole, lookUps) : detailsOf(current, lookUps)
    store.publish({
      captures,
      findings: findingRows,
      sessions,
      hosts,
      messages,
      messagesDropped: messages.dropped,
      overview,
      predictions,
      version: store.snapshot().version + 1,
      ...also(),
    })
  }
}
