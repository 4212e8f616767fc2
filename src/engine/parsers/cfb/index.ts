export type { Cfb, CfbEntry } from './cfb.ts'
export { isCfb, readCfb } from './cfb.ts'
