/** The two ports that SMB is registered on. They are hints: SMB is found by content on any other. */

export const DIRECT_TCP_PORT = 445
export const NETBIOS_SESSION_PORT = 139

export function isSmbPort(port: number): boolean {
  return port === DIRECT_TCP_PORT || port === NETBIOS_SESSION_PORT
}
