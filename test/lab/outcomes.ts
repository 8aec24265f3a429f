/** What really happened when each control was enforced. */
import type { Enforcement } from './estate/enforcements.ts'

export interface Outcomes {
  clients: ClientOutcomes[]
  /** Clients that did not take part, each with the reason. */
  leftOut: string[]
}

export interface ClientOutcomes {
  id: string
  program: string
  address: string
  /** By enforcementKey. Null where this client cannot be made to enforce the control. */
  outcomes: Record<string, 'works' | 'breaks' | null>
}

/** Names a column: the control, and who enforces it if that is the client. */
export function enforcementKey({ control, side }: Pick<Enforcement, 'control' | 'side'>): string {
  return side === 'client' ? `${control}/client` : control
}
