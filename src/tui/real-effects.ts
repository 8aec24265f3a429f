/** The effects of keys, for real. */
import type { ViewStore } from '../view/store.ts'
import { clipboardSequence } from './clipboard.ts'
import type { Effects } from './effects.ts'
import type { Tables } from './tables.ts'

export interface EffectsOptions {
  store: ViewStore
  tables: () => Tables
  quit: () => void
}

export function createEffects({ quit }: EffectsOptions): Effects {
  return {
    copy(text) {
      const sequence = clipboardSequence(text, process.env)
      if (sequence === null) return false
      process.stdout.write(sequence)
      return true
    },
    inspect: () => Promise.reject(new Error('not yet')),
    writePackets: () => Promise.reject(new Error('not yet')),
    exportView: () => Promise.reject(new Error('not yet')),
    quit,
  }
}
