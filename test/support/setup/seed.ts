/**
 * Property tests draw the same cases in every run, so that a change is what breaks them and not a new draw. SMBLENS_SEED=random draws others, and a
 * number repeats a draw: both are for finding unexpected cases.
 */
import fc from 'fast-check'

const { SMBLENS_SEED = '20261123' } = process.env

if (SMBLENS_SEED !== 'random') fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: Number(SMBLENS_SEED) })
