/** Block types, option codes and offsets of pcapng, draft-ietf-opsawg-pcapng: what its reader and its writer share. */

export const SECTION_HEADER_BLOCK = 0x0a0d0d0a
export const INTERFACE_DESCRIPTION_BLOCK = 1
export const PACKET_BLOCK = 2
export const SIMPLE_PACKET_BLOCK = 3
export const ENHANCED_PACKET_BLOCK = 6

export const BYTE_ORDER_MAGIC = 0x1a2b3c4d

export const OPTION_END = 0
export const OPTION_COMMENT = 1
export const OPTION_SHB_HARDWARE = 2
export const OPTION_SHB_OS = 3
export const OPTION_SHB_USERAPPL = 4
export const OPTION_IF_NAME = 2
export const OPTION_IF_TSRESOL = 9
export const OPTION_IF_TSOFFSET = 14

/** Type, total length, total length again. */
export const BLOCK_FRAME_LENGTH = 12
/** Where the packet begins in Enhanced Packet and Packet Blocks. */
export const PACKET_OFFSET = 28
export const SIMPLE_PACKET_OFFSET = 12

/** Is more than the length of the block read? */
export function isRead(type: number): boolean {
  return (
    type === SECTION_HEADER_BLOCK ||
    (type >= INTERFACE_DESCRIPTION_BLOCK && type <= SIMPLE_PACKET_BLOCK) ||
    type === ENHANCED_PACKET_BLOCK
  )
}

/** Custom blocks, systemd journal exports, and the six kinds of sysdig event. */
export function isFrameInWireshark(type: number): boolean {
  switch (type) {
    case 0x00000bad:
    case 0x40000bad:
    case 0x00000009:
    case 0x00000204:
    case 0x00000208:
    case 0x00000216:
    case 0x00000217:
    case 0x00000221:
    case 0x00000222:
      return true
    default:
      return false
  }
}
