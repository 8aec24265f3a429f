import { VERSION } from '../../base/version.ts'

/** How files that smblens writes name the program that wrote them. */
export const APPLICATION = `smblens ${VERSION}`
