export { decodeEntities } from './entities.ts'
export { beginsWithTag, isEncodedScript, isMarkup, isUtf7 } from './recognise.ts'
export { encodedRange, ScriptDecoder } from './script-encoding.ts'
export { type Attribute, type Tag, tagsOf } from './tokenizer.ts'
