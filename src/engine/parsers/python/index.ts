// What Python compiles modules to.

export { MarshalError, type PythonText, type PythonValue, readMarshal } from './marshal.ts'
export { makePycHeader, readPycHeader } from './versions.ts'
