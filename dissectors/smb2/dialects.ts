/** SMB2 DialectRevision numbers, [MS-SMB2] 2.2.3 and 2.2.4. */

export const DIALECT_2_0_2 = 0x0202
export const DIALECT_2_1 = 0x0210
/** Answers the SMB1 dialect string "SMB 2.???": an SMB2 NEGOTIATE follows. Never a final dialect. */
export const DIALECT_WILDCARD = 0x02ff
export const DIALECT_3_0 = 0x0300
export const DIALECT_3_0_2 = 0x0302
export const DIALECT_3_1_1 = 0x0311

/** "3.1.1" and so on, "2.???" for the wildcard, and "0x0310" for a number that was never released. */
export function dialectName(dialect: number): string {
  switch (dialect) {
    case DIALECT_2_0_2:
      return '2.0.2'
    case DIALECT_2_1:
      return '2.1'
    case DIALECT_WILDCARD:
      return '2.???'
    case DIALECT_3_0:
      return '3.0'
    case DIALECT_3_0_2:
      return '3.0.2'
    case DIALECT_3_1_1:
      return '3.1.1'
    default:
      return `0x${dialect.toString(16).padStart(4, '0')}`
  }
}
