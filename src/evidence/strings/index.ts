export { type CodePage, codePageOf, codePages } from './code-page.ts'
export { stringDecoder } from './decode.ts'
export { type Indicator, type IndicatorKind, indicatorKinds, indicatorsOf } from './indicators.ts'
export { StringScanner, type StringOptions, type TakeString } from './scanner.ts'
