/** What is wrong with a policy file, and where. */

/** Both from 1, as editors count. */
export interface Position {
  line: number
  column: number
}

export interface PolicyProblem extends Position {
  /** Where in the file's structure: `zones.clients.may-reach`; "" for the file as a whole. */
  key: string
  /** What is wrong and what to write instead. May contain text of the file: it is not escaped. */
  message: string
}

/** A file that is no policy at all may have a problem in each line. */
const MOST = 100

export class Problems {
  readonly list: PolicyProblem[] = []
  /** How many are not in the list. */
  more = 0

  add({ line, column }: Position, key: string, message: string): void {
    if (this.list.length < MOST) this.list.push({ line, column, key, message })
    else this.more++
  }

  get length(): number {
    return this.list.length + this.more
  }
}

/** `policy.yaml:3:5: zones.clients: ...`, as compilers write it, so that editors and scripts find the place. */
export function problemText(path: string, { line, column, key, message }: PolicyProblem): string {
  return `${path}:${line}:${column}: ${key === '' ? '' : `${key}: `}${message}`
}
