/** What several record types have in common. */
import type { Endpoint } from '../../ledger/endpoint.ts'

/** If captures of one report share a path, the records of each say which capture they belong to. */
export interface OfCapture {
  captureId?: string
}

/** Addresses and ports only: a fact may carry more than its record shows. */
export function endpoint({ ip, port }: Endpoint): Endpoint {
  return { ip, port }
}

/** Absent is null in records, and never "". */
export function textOrNull(text: string | null | undefined): string | null {
  return text === undefined || text === '' ? null : text
}
