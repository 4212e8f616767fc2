// Archives, documents and programs recognised by what they begin with.

export { isReadAsZip } from './appended.ts'
export { findContainers } from './find-containers.ts'
export { type Container, containerAt } from './kinds.ts'
export { programEnd } from './program-end.ts'
