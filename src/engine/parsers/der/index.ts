// BER and DER, the encodings of certificates and signatures.

export { DerCursor, type DerItem, readItem } from './item.ts'
export {
  arcsOf,
  contentsOf,
  derTag,
  encodingOf,
  int32Of,
  latin1Of,
  oidOf,
  textOf,
  timeOf,
  utcTimeOf,
} from './value.ts'
