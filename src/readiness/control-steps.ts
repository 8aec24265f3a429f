/**
 * How one control is switched on without breaking anything, in words: the steps of the plan. One file in steps/ for each control, and steps/index.ts
 * lists them.
 */
import type { ControlId } from './control.ts'

export interface ControlSteps {
  control: ControlId
  /** What an attacker can do without it, in one or two sentences. */
  protects: string
  /** Done first: it logs who would lose access, and refuses nobody. */
  audit: ControlSetting
  enforce: ControlSetting
  undo: ControlSetting
  /** Which rows and findings of a later capture show that it works. */
  proof: string
  /** What a capture does not show about this control: clauses, to follow a colon. */
  unseen: string
  references: readonly string[]
}

export interface ControlSetting {
  /** The policy by its path and name, and the value to give it. Where a product has no such setting, it says so. */
  setting: string
  /** Lines for an elevated PowerShell; empty where there are none. */
  powershell: readonly string[]
  /** Lines for the section [global] of smb.conf; empty where Samba has no such setting. */
  samba: readonly string[]
}
