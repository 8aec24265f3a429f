import manifest from '../../../package.json' with { type: 'json' }

/** How files that smblens writes name the program that wrote them. */
export const APPLICATION = `smblens ${manifest.version}`
