/** The record that takes back a finding of a live capture. */

/** A finding that was reported no longer holds: later packets of the same session changed it into another one, or left none. */
export interface WithdrawalRecord {
  type: 'withdrawal'
  /** The finding's. */
  id: string
  rule: string
}
